import { readdir } from 'node:fs/promises'
import { basename, join, posix } from 'node:path'
import { parseSource, type SourceLocation } from '../parse-source.ts'
import type { CatalogFile } from '../types.ts'

export interface LocalOptions {
  /** The models folder. */
  folder: string
  /** Where rt itself keeps the file. */
  own: string
  home: string
  env: Record<string, string | undefined>
}

/**
 * Paths on this machine where the file may lie already, rt's own first: used in place, never copied. Only names are
 * looked at: the caller checks size and hash.
 */
export const localCandidates = async (
  file: CatalogFile,
  { folder, own, home, env }: LocalOptions,
): Promise<string[]> => {
  const hubs = file.sources.map(parseSource).filter((location) => location.scheme === 'hf')
  return [
    own,
    join(folder, file.name),
    ...ollamaBlobs(file, home, env),
    ...hubs.flatMap((hub) => studioFiles(hub, home)),
    ...(await Promise.all(hubs.map((hub) => hubFiles(hub, file, home, env)))).flat(),
  ]
}

type Hub = Extract<SourceLocation, { scheme: 'hf' }>
type Env = LocalOptions['env']

/** Ollama names blobs by hash. The second folder is that of its Linux service. */
const ollamaBlobs = ({ sha256 }: CatalogFile, home: string, env: Env): string[] => {
  if (!sha256) return []
  const roots = env.OLLAMA_MODELS
    ? [env.OLLAMA_MODELS]
    : [join(home, '.ollama', 'models'), '/usr/share/ollama/.ollama/models']
  return roots.map((root) => join(root, 'blobs', `sha256-${sha256}`))
}

const studioFiles = ({ repo, path }: Hub, home: string): string[] =>
  [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')].map((root) =>
    join(root, ...repo.split('/'), posix.basename(path)),
  )

/** Files of a repository in the hub's cache: `models--owner--repo/snapshots/<commit>/path`, links to `blobs/<hash>`. */
const hubFiles = async ({ repo, path }: Hub, { sha256 }: CatalogFile, home: string, env: Env): Promise<string[]> => {
  const root = join(hubCache(home, env), `models--${repo.replace('/', '--')}`)
  const commits = await readdir(join(root, 'snapshots')).catch(() => [])
  const snapshots = commits.slice(0, 16).map((commit) => join(root, 'snapshots', basename(commit), ...path.split('/')))
  return sha256 ? [...snapshots, join(root, 'blobs', sha256)] : snapshots
}

const hubCache = (home: string, env: Env): string =>
  env.HF_HUB_CACHE ??
  env.HUGGINGFACE_HUB_CACHE ??
  join(env.HF_HOME ?? join(env.XDG_CACHE_HOME ?? join(home, '.cache'), 'huggingface'), 'hub')
