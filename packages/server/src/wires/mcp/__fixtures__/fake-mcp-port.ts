import { createMessage, type JsonValue, type McpPort, RtError, type ServedCall, type ServedOutcome } from '@rt/core'

export interface FakeMcpPort extends McpPort {
  calls: ServedCall[]
  /** The signal of the last call of `wait`, when it comes. */
  waiting: Promise<AbortSignal>
  /** What `count` says next; `undefined` ends it. */
  step(value: JsonValue | undefined): void
}

const schema = (properties: object = {}) => ({ type: 'object', properties }) as never

/** A port that holds two documents, a thread a principal, and tools that wait, count, ask, fail and answer. */
export const createFakeMcpPort = (): FakeMcpPort => {
  const waiting = Promise.withResolvers<AbortSignal>()
  const steps: (JsonValue | undefined)[] = []
  let wake = (): void => {}
  const nextStep = async (): Promise<JsonValue | undefined> => {
    while (steps.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return steps.shift()
  }
  const port: FakeMcpPort = {
    version: '1.2.3',
    calls: [],
    waiting: waiting.promise,
    step(value) {
      steps.push(value)
      wake()
    },
    tools: async () => [
      { name: 'add', description: 'Adds.', parameters: schema({ a: { type: 'number' } }), sideEffects: [], idempotent: true },
      {
        name: 'weather',
        description: 'Weather.',
        parameters: schema(),
        outputSchema: { type: 'object', properties: { celsius: { type: 'number' } }, required: ['celsius'] },
        sideEffects: ['network'],
      },
      { name: 'drop', description: 'Deletes.', parameters: schema(), sideEffects: ['destructive'] },
      { name: 'wait', description: 'Waits.', parameters: schema() },
      { name: 'count', description: 'Counts.', parameters: schema() },
      { name: 'fail', description: 'Fails.', parameters: schema() },
    ],
    async call(call, { signal, onProgress, onWarning } = {}): Promise<ServedOutcome> {
      port.calls.push(call)
      const { name, identity, decision, canAsk, arguments: args } = call
      switch (name) {
        case 'add':
          return { type: 'result', result: { sum: (args as { a: number }).a + 1, for: identity.principal }, isError: false }
        case 'weather':
          return {
            type: 'result',
            result: { celsius: 21 },
            isError: false,
            outputSchema: { type: 'object', properties: { celsius: { type: 'number' } }, required: ['celsius'] },
          }
        case 'drop': {
          if (!canAsk) return refused('approval_required')
          const hash = `${identity.principal} ${JSON.stringify(args)}`
          if (decision?.hash !== hash) return { type: 'approval', request: { name, arguments: args, hash, reason: 'it deletes' } }
          return decision.approved ? { type: 'result', result: 'dropped', isError: false } : refused('approval_denied')
        }
        case 'wait':
          waiting.resolve(signal!)
          return new Promise((_, reject) =>
            signal!.addEventListener('abort', () => reject(new RtError({ code: 'aborted', message: 'stopped.' })), {
              once: true,
            }),
          )
        case 'count': {
          onWarning?.({ id: 'tool-result-cut', message: 'cut.' })
          let last: JsonValue = 'nothing'
          for (let value = await nextStep(); value !== undefined; value = await nextStep()) onProgress?.((last = value))
          return { type: 'result', result: last, isError: false }
        }
        case 'fail':
          throw new Error('secret /home/ada')
        default:
          throw new RtError({ code: 'tool_not_found', message: `no tool is named "${name}".` })
      }
    },
    documents: async () =>
      ['handbook/a b.md', 'notes.txt'].map((source) => ({
        collection: 'default',
        source,
        chunks: 1,
        mode: 'hybrid',
        updatedAt: 0,
      })),
    async document(_identity, { collection, source }) {
      if (collection === 'default' && source === 'handbook/a b.md') return '# Travel'
      throw new RtError({ code: 'not_found', message: `no document ${source}.` })
    },
    threads: async ({ principal }) => [{ id: `of ${principal}`, messages: 1, createdAt: 0, updatedAt: 0 }],
    async messages({ principal }, thread) {
      if (thread !== `of ${principal}`) throw new RtError({ code: 'not_found', message: `no thread ${thread}.` })
      return [createMessage('user', `I am ${principal}`)]
    },
    agents: async () => [{ name: 'clerk', description: 'Writes letters.', instructions: 'You are a clerk.' }],
  }
  return port
}

const refused = (code: string) => ({
  type: 'result' as const,
  result: { error: { code, message: 'not run.' } },
  isError: true,
})
