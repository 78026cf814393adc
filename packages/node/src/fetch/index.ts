// Each line here is API.
export { download } from './download.ts'
export type { DownloadOptions, DownloadResult } from './download.ts'
export type { Limits } from './limits.ts'
