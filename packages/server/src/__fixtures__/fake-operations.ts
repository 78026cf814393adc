import { type CollectionInfo, createMessage, emptyUsage, type IngestProgress, type IngestReport, type Message, type MigrateReport, type MoveReport, type Operations, RtError, type RunInfo, type RunOperations, type StreamPart, type Trace, type VectorRecord } from '@rt/core'

export interface FakeOperations extends Operations {
  /** Name and arguments of every call that arrived. */
  calls: [name: string, ...given: unknown[]][]
}

const COST = { usd: null, unpriced: ['x/y'], localMs: 3 }
const SUMMARY = { name: 'request', startedAt: 1, ms: 2.5, status: 'ok' as const, models: ['x/y'], usage: emptyUsage(), cost: COST }
export const TRACE: Trace = {
  traceId: '4bf9',
  ...SUMMARY,
  spans: [{ spanId: 'a', name: 'chat', startedAt: 1, ms: 2, status: 'ok', attributes: { n: 1 }, events: [], children: [] }],
}
const PHOTO: Uint8Array = new Uint8Array([0, 255, 10, 13, 128])
export const MESSAGES: Message[] = [
  createMessage('user', 'Größe 👋 \u2028', 'm1'),
  createMessage('user', [{ type: 'file', mediaType: 'image/png', data: PHOTO, name: 'a.png' }], 'm2'),
  createMessage('assistant', [{ type: 'tool-call', id: 'c', name: 'now', arguments: { base64: 'AA==' } }], 'm3'),
]
export const REPORT: IngestReport = {
  files: 1,
  added: 1,
  changed: 0,
  unchanged: 0,
  failed: [],
  outcomes: [{ source: 'a.md', outcome: 'added', warnings: [], chunks: 2, bytes: 9, ms: 1 }],
  skipped: 0,
  removed: [],
  chunks: 2,
  embedded: 2,
  truncated: 0,
  mode: 'hybrid',
  ms: 5,
}
export const progress = (done: number): IngestProgress => ({
  done,
  files: 3,
  bytesDone: done * 9,
  bytes: 27,
  source: `${done}.md`,
  chunks: 2,
  embedded: 2,
})

export const RECORDS: VectorRecord[] = [
  { id: 'ä', vector: Float32Array.of(1, -0.5), text: 'Größe\n👋', metadata: { n: 1 }, expires: 17 },
  { id: 'b', metadata: {} },
]
export const INFO: CollectionInfo = { name: 'default', count: 2, index: { kind: 'flat', reason: 'a fake' } }
export const MOVED: MoveReport = { name: 'default', records: 2, passes: 2, kept: false, ms: 3 }
export const MIGRATED: MigrateReport = {
  name: 'default',
  records: 2,
  embedder: 'bge-small-en-v1.5',
  switched: true,
  parity: { before: 0.9, after: 0.95, samples: 2 },
  ms: 4,
}

type Note = <T>(name: string, given: unknown[], answer: T) => T

const fakeCollections = (note: Note): Operations['collections'] => ({
  list: async () => note('collections.list', [], [INFO]),
  async describe(name) {
    if (name !== 'none') return note('collections.describe', [name], INFO)
    throw new RtError({ code: 'not_found', message: 'no collection none.', hint: 'rt collections.' })
  },
  create: async (name, { stamp, options } = {}) => note('collections.create', [name, { stamp, options }], INFO),
  drop: async (name) => note('collections.drop', [name], name !== 'none'),
  alias: async (changes) => note('collections.alias', [changes], undefined),
  async upsert(name, records) {
    const taken: VectorRecord[] = []
    for await (const record of records) taken.push(record)
    return note('collections.upsert', [name, taken], taken.length)
  },
  get: async (name, ids) => note('collections.get', [name, ids], RECORDS),
  update: async (name, changes) => note('collections.update', [name, changes], changes.length),
  delete: async (name, which) => note('collections.delete', [name, which], 2),
  count: async (name, { filter } = {}) => note('collections.count', [name, { filter }], 2),
  scroll: async (name, { filter, limit, after, vectors } = {}) =>
    note('collections.scroll', [name, { filter, limit, after, vectors }], { records: RECORDS, next: 'b' }),
  async *records(name, { filter, vectors } = {}) {
    note('collections.records', [name, { filter, vectors }], undefined)
    yield* RECORDS
  },
  search: async (name, query) => note('collections.search', [name, query], [{ id: 'ä', score: 0.5, cosine: 0.25, metadata: {} }]),
  async move(name, { to, from, keep, onProgress }) {
    onProgress?.({ pass: 1, done: 2, total: 2, changed: 2 })
    return note('collections.move', [name, { to, from, keep }], MOVED)
  },
  async migrate(name, { force, onProgress } = {}) {
    onProgress?.({ done: 1, total: 2 })
    return note('collections.migrate', [name, { force }], MIGRATED)
  },
})

export const RUN: RunInfo = {
  id: 'r1',
  principal: 'local',
  status: 'waiting',
  step: 1,
  calls: 0,
  usage: emptyUsage(),
  pending: [{ id: 'c1', name: 'remove', arguments: { path: 'ä' }, hash: 'h1', reason: 'asks' }],
  parts: 6,
  createdAt: 1,
  updatedAt: 2,
  live: false,
}

const fakeRuns = (note: <T>(name: string, given: unknown[], answer: T) => T): RunOperations => {
  const found = (id: string): RunInfo => {
    if (id === 'none') throw new RtError({ code: 'not_found', message: 'no run none.' })
    return RUN
  }
  async function* stream(name: string, id: string, options: object): AsyncGenerator<StreamPart> {
    note(name, [id, options], undefined)
    yield { type: 'text-delta', text: 'on' }
    yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
  }
  return {
    list: async ({ principal, status, thread, limit } = {}) =>
      note('runs.list', [{ principal, status, thread, limit }], [RUN]),
    get: async (id, { principal } = {}) => note('runs.get', [id, { principal }], found(id)),
    approve: async (id, decision, { principal } = {}) => note('runs.approve', [id, decision, { principal }], found(id)),
    deny: async (id, decision, { principal } = {}) => note('runs.deny', [id, decision, { principal }], found(id)),
    resume: (id, { principal } = {}) => stream('runs.resume', id, { principal }),
    cancel: async (id, { principal } = {}) => note('runs.cancel', [id, { principal }], true),
    stream: (id, { principal, after } = {}) => stream('runs.stream', id, { principal, after }),
    delete: async (id, { principal } = {}) => note('runs.delete', [id, { principal }], id !== 'none'),
  }
}

/** Operations that answer with fixed values of every kind and write down what they were asked. */
export const createFakeOperations = (replaced: Partial<Operations> = {}): FakeOperations => {
  const calls: FakeOperations['calls'] = []
  const note = <T>(name: string, given: unknown[], answer: T): T => {
    calls.push([name, ...given])
    return answer
  }
  const key = { id: 'k1', name: 'ci', scope: 'chat' as const, hint: 'rt_ab', createdAt: 1 }
  return {
    calls,
    async *turn(request, options) {
      calls.push(['turn', request, options])
      yield { type: 'start', model: 'smollm2:135m', traceId: '4bf9' }
      yield { type: 'text-delta', text: 'Hallo\n👋 \u2028' }
      yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
    },
    async ingest(paths, options) {
      calls.push(['ingest', paths, { prune: options?.prune, label: options?.label }])
      for (const done of [1, 2, 3]) options?.onProgress?.(progress(done))
      return REPORT
    },
    search: async (query, { k, collection } = {}) =>
      note('search', [query, { k, collection }], [
        { id: 'c1', source: 'a.md', headings: ['A'], text: 't', start: 0, end: 1, score: 0.25, cosine: 0.5 },
      ]),
    rerank: async (query, documents, { model, topK } = {}) =>
      note('rerank', [query, documents, { model, topK }], [{ index: 1, score: 0.75 }]),
    documents: {
      list: async () => note('documents.list', [], [{ collection: 'default', source: 'a.md', chunks: 2, mode: 'hybrid', updatedAt: 1 }]),
      forget: async (source, { collection } = {}) =>
        note('documents.forget', [source, { collection }], source === 'a.md'),
    },
    collections: fakeCollections(note),
    threads: {
      list: async () => note('threads.list', [], [{ id: 'ada', messages: 3, createdAt: 1, updatedAt: 2 }]),
      messages: async (id) => note('threads.messages', [id], id === 'none' ? [] : MESSAGES),
      delete: async (id) => note('threads.delete', [id], id !== 'none'),
    },
    runs: fakeRuns(note),
    trace: {
      last: async () => note('trace.last', [], TRACE),
      async get(id) {
        calls.push(['trace.get', id])
        if (id !== 'none') return TRACE
        throw new RtError({ code: 'not_found', message: 'no trace none.', hint: 'rt trace list.', data: { id } })
      },
      list: async ({ limit } = {}) => note('trace.list', [{ limit }], [{ traceId: '4bf9', ...SUMMARY }]),
    },
    cost: async ({ days } = {}) =>
      note('cost', [{ days }], [{ day: '2026-11-22', model: 'x', calls: 1, usage: emptyUsage(), usd: null, localMs: 3 }]),
    keys: {
      create: async (options) => note('keys.create', [options], { key: { ...key, ...options }, secret: 'rt_abc' }),
      list: async () => note('keys.list', [], [key]),
      revoke: async (idOrName) => note('keys.revoke', [idOrName], idOrName !== 'none'),
    },
    status: async () => note('status', [], { version: '0.1.0', pid: 7, startedAt: 1, models: [] }),
    unload: async (model) => note('unload', [model], model !== 'none'),
    backup: async (path) => note('backup', [path], { path, bytes: 4096 }),
    ...replaced,
  }
}
