// Each line here is API.
export { entryUrl } from './entry-url.ts'
export { WORKER_ENTRIES } from './worker-entries.ts'
export type { Entry } from './entry-url.ts'
