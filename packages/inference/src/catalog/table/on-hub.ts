import type { CatalogEntry, CatalogFile } from '../types.ts'

type Told = Omit<CatalogEntry, 'aliases' | 'engine' | 'files'> & { aliases?: string[] }

/**
 * A GGUF model that the hub alone has: what its file is, the hub says at the first pull.
 *
 * @param bytes as the hub's list had it when this was written; undefined = not known.
 */
export const ggufOnHub = (entry: Told, path: string, bytes?: number): CatalogEntry => ({
  ...entry,
  aliases: entry.aliases ?? [],
  engine: 'gguf',
  files: [fileOnHub('model', path, bytes)],
})

/** The same of an ONNX export with its tokenizer. */
export const onnxOnHub = (
  entry: Told,
  repo: string,
  { model, bytes, tokenizerBytes }: { model: string; bytes?: number; tokenizerBytes?: number },
): CatalogEntry => ({
  ...entry,
  aliases: entry.aliases ?? [],
  engine: 'onnx',
  files: [
    fileOnHub('model', `${repo}/${model}`, bytes),
    fileOnHub('tokenizer', `${repo}/tokenizer.json`, tokenizerBytes),
  ],
})

const fileOnHub = (role: CatalogFile['role'], path: string, bytes: number | undefined): CatalogFile => ({
  role,
  name: path.slice(path.lastIndexOf('/') + 1),
  ...(bytes !== undefined && { bytes }),
  sources: [`hf:${path}`],
})
