// Each line here is API.
export { writeFileAtomic } from './write-file-atomic.ts'
export { ensureFolder } from './ensure-folder.ts'
export { userFolder } from './user-folder.ts'
export { freeBytes } from './free-bytes.ts'
export { sha256File } from './sha256-file.ts'
export { crc32 } from './crc32.ts'
export type { WriteFileAtomicOptions } from './write-file-atomic.ts'
export type { Sha256FileOptions } from './sha256-file.ts'
