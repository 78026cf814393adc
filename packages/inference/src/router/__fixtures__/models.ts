import { createMessage, emptyUsage, type ErrorCode, type LanguageModel, type ModelCapabilities, type ModelRequest, RtError, type StreamPart } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer, type ScriptedModel } from '@rt/core/testing'

export const REMOTE: Partial<ModelCapabilities> = { local: false, tools: 'native', tokenCount: 'estimate' }

export const ask = (text = 'Hello', more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [createMessage('user', text)],
  ...more,
})

/** An answer that fails before its first content part, or after `text`. */
export const fail = (code: ErrorCode, data?: { retryAfterMs: number }, text?: string): ScriptedAnswer => ({
  parts: [
    ...(text === undefined ? [] : [{ type: 'text-delta' as const, text }]),
    {
      type: 'error',
      error: new RtError({ code, message: `it failed with ${code}.`, ...(data && { data }) }).toJSON(),
    },
  ],
})

export const model = (
  id: string,
  answers: ScriptedAnswer[],
  capabilities: Partial<ModelCapabilities> = {},
): ScriptedModel => createScriptedModel({ id, answers, capabilities })

/** Says nothing until it is aborted; `aborted` tells whether it was. */
export const silentModel = (id: string): LanguageModel & { readonly state: { asked: number; aborted: number } } => {
  const state = { asked: 0, aborted: 0 }
  return {
    ...model(id, []),
    state,
    async *stream(_request, { signal } = {}) {
      state.asked++
      yield { type: 'start', model: id }
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
      state.aborted++
      yield { type: 'abort', reason: 'aborted by the caller.', usage: emptyUsage() }
    },
  }
}

/** All parts, failures included. */
export const read = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}

export const textOf = (parts: StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')

export const lastOf = (parts: StreamPart[]): StreamPart => parts.at(-1)!

/** Lets everything that is not asleep run. */
export const settleAll = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await Promise.resolve()
  await new Promise((resolve) => setImmediate(resolve))
}


/** Exactly this text, in these pieces: the scripted model's own words lose white space at their beginning. */
export const say = (...pieces: string[]): ScriptedAnswer => ({
  parts: [
    ...pieces.map((text) => ({ type: 'text-delta' as const, text })),
    { type: 'finish', finishReason: 'stop', usage: { ...emptyUsage(), output: pieces.length } },
  ],
})
