import { lazyRuns } from '../../../runs/lazy-runs.ts'
import { lazyCollections } from '../../../vectors/lazy-collections.ts'
import { abortError, createMessage, emptyUsage, type Message, RtError, type StreamPart } from '@rt/core'
import type { RuntimeClient, TurnOptions } from '../../../runtime.ts'

export interface FakeClient extends RuntimeClient {
  /** Every turn that was asked for. */
  readonly asked: { thread: string; prompt: string; options: TurnOptions }[]
}

/** How a prompt is answered; the rest of the turn is made around it. */
export type FakeAnswer = (prompt: string, signal: AbortSignal | undefined) => AsyncIterable<StreamPart>

const say: FakeAnswer = async function* (prompt) {
  yield { type: 'text-delta', text: `You said: ${prompt}` }
}

/** A runtime that keeps threads in memory and answers as it is told. */
export const createFakeClient = (answer: FakeAnswer = say): FakeClient => {
  const threads = new Map<string, Message[]>()
  const asked: FakeClient['asked'] = []
  let turns = 0
  async function* turn(thread: string, prompt: string, options: TurnOptions = {}): AsyncIterable<StreamPart> {
    asked.push({ thread, prompt, options })
    const traceId = (++turns).toString(16).padStart(32, '0')
    yield { type: 'start', model: options.model ?? 'fake', traceId }
    let text = ''
    try {
      for await (const part of answer(prompt, options.signal)) {
        if (part.type === 'text-delta') text += part.text
        if (options.signal?.aborted) throw abortError(options.signal)
        yield part
      }
    } catch (error) {
      if (options.signal?.aborted) return yield { type: 'abort', reason: 'stopped' }
      throw error
    }
    threads.set(thread, [...(threads.get(thread) ?? []), createMessage('user', prompt), createMessage('assistant', text)])
    yield { type: 'finish', finishReason: 'stop', usage: { ...emptyUsage(), output: 3 } }
  }
  const cannot = (): never => {
    throw new RtError({ code: 'unsupported', message: 'the fake cannot.' })
  }
  return {
    asked,
    data: '/nowhere',
    thread: (id) => ({
      id,
      stream: (prompt, options) => turn(id, prompt, options),
      generate: cannot,
      messages: async () => threads.get(id) ?? [],
    }),
    stream: cannot,
    generate: cannot,
    turn: cannot,
    ingest: cannot,
    search: async (query) =>
      query === 'nothing'
        ? []
        : [{ id: 'c', source: 'a.md', headings: ['Meals'], start: 1, end: 2, score: 0.9, text: `about ${query}` }],
    rerank: cannot,
    documents: { list: async () => [], forget: async () => false },
    collections: lazyCollections(cannot),
    runs: lazyRuns(cannot),
    threads: {
      list: async () =>
        Array.from(threads, ([id, messages], index) => ({
          id,
          messages: messages.length,
          createdAt: index,
          updatedAt: index,
        })),
      messages: async (id) => threads.get(id) ?? [],
      delete: async (id) => threads.delete(id),
    },
    trace: {
      last: async () => undefined,
      get: async (traceId) => ({
        traceId,
        name: 'request',
        startedAt: 0,
        ms: 5,
        status: 'ok',
        models: [],
        usage: emptyUsage(),
        cost: { usd: 0, unpriced: [], localMs: 0 },
        spans: [],
      }),
      list: async () => [],
    },
    cost: async () => [],
    keys: { create: cannot, list: async () => [], revoke: async () => false },
    status: cannot,
    unload: cannot,
    backup: cannot,
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}
