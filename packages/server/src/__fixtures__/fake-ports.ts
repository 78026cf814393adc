import { type ChatRequest, type HealthReport, type Operations, RtError, type StreamPart } from '@rt/core'
import { createFakeEmbedder, createScriptedModel, type ScriptedAnswer } from '@rt/core/testing'
import type { ServerPorts } from '../index.ts'

export interface FakePorts extends ServerPorts {
  /** Every chat request that got through decoding. */
  requests: ChatRequest[]
  signals: AbortSignal[]
  /** The signal of the first chat request, when it comes. */
  called: Promise<AbortSignal>
  report: HealthReport
}

/** Ports over a scripted model and a hashed embedder of 8 dimensions. `chat` may be replaced for full control. */
export const createFakePorts = (
  answers: ScriptedAnswer[] = ['Hello there.'],
  chat?: (request: ChatRequest, signal: AbortSignal) => AsyncIterable<StreamPart>,
): FakePorts => {
  const model = createScriptedModel({ id: 'smollm2:135m', answers })
  const embedder = createFakeEmbedder({ id: 'bge', dimensions: 8, maxTokens: 4 })
  const called = Promise.withResolvers<AbortSignal>()
  const ports: FakePorts = {
    requests: [],
    signals: [],
    called: called.promise,
    report: { status: 'ok' },
    chat(request, { signal } = {}) {
      ports.requests.push(request)
      ports.signals.push(signal!)
      called.resolve(signal!)
      return chat?.(request, signal!) ?? model.stream(request, { signal })
    },
    async embeddings(name, texts, options) {
      if (name && name !== 'bge') throw new RtError({ code: 'model_not_found', message: `no model ${name}.`, hint: 'There is: bge.' })
      return { ...(await embedder.embed(texts, options)), model: 'bge' }
    },
    async ranking(name = 'ranker', _query, documents, { topK = documents.length } = {}) {
      const results = documents.map((text, index) => ({ index, score: text.length / 10 }))
      return { model: name, results: results.toSorted((a, b) => b.score - a.score).slice(0, topK) }
    },
    models: async () => [
      { id: 'smollm2:135m', kind: 'chat', created: 1, ownedBy: 'rt' },
      { id: 'anthropic/claude:x', kind: 'chat', created: 2, ownedBy: 'anthropic' },
    ],
    health: () => ports.report,
  }
  return ports
}

/** Resolves when the signal is aborted, also when it was before. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

export const withOperations = (operations: Operations): FakePorts => Object.assign(createFakePorts(), { operations })

export const chatBody = (more: object = {}): object => ({ messages: [{ role: 'user', content: 'Hi' }], ...more })

/** A POST of JSON, or of any text. */
export const post = (path: string, body: unknown, headers: Record<string, string> = {}): Request =>
  new Request(`http://127.0.0.1:4141${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
  })
