// Each line here is API, and for worker threads alone: all of it is synchronous, and loads node:sqlite.
export { openReader } from './open-reader.ts'
export type { Reader, ReadStatement } from './open-reader.ts'
