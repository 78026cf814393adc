import { hashFile, type HashFileOptions } from './hash-file.ts'

export type Sha256FileOptions = HashFileOptions

/** SHA-256 of a file, as 64 lower-case hex digits; `hashFile` also tells which file that was. */
export const sha256File = async (path: string, options: Sha256FileOptions = {}): Promise<string> =>
  (await hashFile(path, options)).sha256
