// Each line here is API.
export { entryUrl } from './entry-url.ts'
export { runInThread } from './run-in-thread.ts'
export { WORKER_ENTRIES } from './worker-entries.ts'
export type { ThreadOptions } from './run-in-thread.ts'
export type { Entry } from './entry-url.ts'
