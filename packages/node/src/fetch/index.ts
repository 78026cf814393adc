// Each line here is API.
export { download } from './download.ts'
export { fetchText } from './fetch-text.ts'
export type { DownloadOptions, DownloadResult } from './download.ts'
export type { FetchTextOptions } from './fetch-text.ts'
export type { Limits } from './limits.ts'
