// Each line here is API.
export { download } from './download.ts'
export { fetchJson } from './fetch-json.ts'
export type { DownloadOptions, DownloadResult } from './download.ts'
export type { FetchJsonOptions } from './fetch-json.ts'
export type { Limits } from './limits.ts'
