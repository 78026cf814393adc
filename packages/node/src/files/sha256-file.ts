import { hashFile, type HashFileOptions } from './hash-file.ts'

/** SHA-256 of a file, as 64 lower-case hex digits; `hashFile` also tells which file that was. */
export const sha256File = async (path: string, options: HashFileOptions = {}): Promise<string> =>
  (await hashFile(path, options)).sha256
