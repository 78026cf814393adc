import { join, posix } from 'node:path'
import { parseSource } from '../parse-source.ts'
import type { CatalogFile } from '../types.ts'
import { hubSnapshots, ollamaRoots, studioRoots } from './caches.ts'

export interface LocalOptions {
  /** The models folder. */
  folder: string
  home: string
  env: Record<string, string | undefined>
}

/**
 * Paths on this machine, beside rt's own, where the file may lie already: used in place, never copied. Only names are
 * looked at: the caller checks size and hash.
 */
export const localCandidates = async (file: CatalogFile, { folder, ...caches }: LocalOptions): Promise<string[]> => {
  const hubs = file.sources.map(parseSource).filter((location) => location.scheme === 'hf')
  const { sha256 } = file
  // Ollama names blobs by hash.
  const blobs = sha256 ? ollamaRoots(caches).map((root) => join(root, 'blobs', `sha256-${sha256}`)) : []
  const inHub = hubs.map(async ({ repo, path }) => {
    const snapshots = await hubSnapshots(caches, repo)
    const linked = snapshots.map((root) => join(root, ...path.split('/')))
    return sha256 && snapshots[0] ? [...linked, join(snapshots[0], '..', '..', 'blobs', sha256)] : linked
  })
  return [
    join(folder, file.name),
    ...blobs,
    ...hubs.flatMap(({ repo, path }) =>
      studioRoots(caches).map((root) => join(root, ...repo.split('/'), posix.basename(path))),
    ),
    ...(await Promise.all(inHub)).flat(),
  ]
}
