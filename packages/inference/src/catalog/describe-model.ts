import { readGgufModel } from '../driver-kit/gguf/read-gguf-model.ts'
import { summarizeGguf } from '../driver-kit/gguf/summarize-gguf.ts'
import { entryBytes } from './suggest.ts'
import type { CatalogEntry, InstalledModel, ModelDescription } from './types.ts'

/** @throws RtError `model_invalid` for a damaged GGUF file. */
export const describeModel = async (
  entry: CatalogEntry,
  installed: InstalledModel | undefined,
  aliasOf: string | undefined,
): Promise<ModelDescription> => {
  const header = installed && entry.engine === 'gguf' ? (await readGgufModel(installed.files.model)).header : undefined
  return {
    ...(aliasOf !== undefined && { aliasOf }),
    entry,
    bytes: entryBytes(entry) || (installed?.bytes ?? 0),
    ...(installed && { installed }),
    ...(header && { gguf: summarizeGguf(header) }),
  }
}
