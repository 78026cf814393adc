import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** Where other programs of this machine keep models. Nothing is written there. */
export interface CacheOptions {
  home: string
  env: Record<string, string | undefined>
}

/** A file of a repository of the hub in another program's folder. */
export interface CachedFile {
  repo: string
  /** In the repository, with `/`. */
  path: string
  /** On this machine. */
  file: string
  place: 'lmstudio' | 'huggingface'
}

const MOST_REPOSITORIES = 500
const DEEPEST = 3

/** The second folder is that of Ollama's Linux service. */
export const ollamaRoots = ({ home, env }: CacheOptions): string[] =>
  env.OLLAMA_MODELS ? [env.OLLAMA_MODELS] : [join(home, '.ollama', 'models'), '/usr/share/ollama/.ollama/models']

export const studioRoots = ({ home }: CacheOptions): string[] => [
  join(home, '.lmstudio', 'models'),
  join(home, '.cache', 'lm-studio', 'models'),
]

export const hubRoot = ({ home, env }: CacheOptions): string =>
  env.HF_HUB_CACHE ??
  env.HUGGINGFACE_HUB_CACHE ??
  join(env.HF_HOME ?? join(env.XDG_CACHE_HOME ?? join(home, '.cache'), 'huggingface'), 'hub')

/** `models--owner--repo/snapshots/<commit>`: of a revision, when the cache knows which commit it was; else all. */
export const hubSnapshots = async (options: CacheOptions, repo: string, revision?: string): Promise<string[]> => {
  const root = join(hubRoot(options), `models--${repo.replace('/', '--')}`)
  const commits = (await readdir(join(root, 'snapshots')).catch(() => [])).slice(0, 16)
  const wanted = revision && (await readFile(join(root, 'refs', revision), 'utf8').catch(() => revision)).trim()
  const chosen =
    wanted === undefined || (wanted === 'main' && !commits.includes(wanted))
      ? commits
      : commits.filter((one) => one === wanted)
  return chosen.map((commit) => join(root, 'snapshots', basename(commit)))
}

/** The hash a file of the hub's cache was stored under: the cache names blobs by it and links to them. */
export const hubHash = async (file: string): Promise<string | undefined> => {
  const name = basename(await realpath(file).catch(() => ''))
  return /^[0-9a-f]{64}$/.test(name) ? name : undefined
}

/** Model files of LM Studio and of the hub's cache; of one repository, or of all. */
export const listCachedFiles = async (
  options: CacheOptions,
  at?: { repo: string; revision: string },
): Promise<CachedFile[]> => {
  const studios = at && at.revision !== 'main' ? [] : studioRoots(options)
  const [inStudio, inHub] = await Promise.all([
    Promise.all(studios.map((root) => studioFiles(root, at?.repo))),
    at ? hubFiles(options, at.repo, at.revision) : allHubFiles(options),
  ])
  return [...inStudio.flat(), ...inHub]
}

const studioFiles = async (root: string, only: string | undefined): Promise<CachedFile[]> => {
  const repos = only ? [only] : await studioRepositories(root)
  const found = await Promise.all(
    repos.map(async (repo) =>
      (await walk(join(root, ...repo.split('/')))).map((path) => ({
        repo,
        path,
        file: join(root, ...repo.split('/'), ...path.split('/')),
        place: 'lmstudio' as const,
      })),
    ),
  )
  return found.flat()
}

const studioRepositories = async (root: string): Promise<string[]> => {
  const owners = await folders(root)
  const repos = await Promise.all(
    owners.map(async (owner) => (await folders(join(root, owner))).map((name) => `${owner}/${name}`)),
  )
  return repos.flat().slice(0, MOST_REPOSITORIES)
}

const allHubFiles = async (options: CacheOptions): Promise<CachedFile[]> => {
  const names = (await folders(hubRoot(options))).slice(0, MOST_REPOSITORIES)
  const repos = names.flatMap((name) => /^models--([^-].*?)--(.+)$/.exec(name)?.slice(1, 3).join('/') ?? [])
  return (await Promise.all(repos.map((repo) => hubFiles(options, repo, 'main')))).flat()
}

const hubFiles = async (options: CacheOptions, repo: string, revision: string): Promise<CachedFile[]> => {
  const found = await Promise.all(
    (await hubSnapshots(options, repo, revision)).map(async (root) =>
      (await walk(root)).map((path) => ({
        repo,
        path,
        file: join(root, ...path.split('/')),
        place: 'huggingface' as const,
      })),
    ),
  )
  return found.flat()
}

const folders = async (path: string): Promise<string[]> =>
  (await readdir(path, { withFileTypes: true }).catch(() => []))
    .filter((item) => (item.isDirectory() || item.isSymbolicLink()) && !item.name.startsWith('.'))
    .map(({ name }) => name)

const walk = async (folder: string, prefix = '', depth = DEEPEST): Promise<string[]> => {
  const items = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const paths = await Promise.all(
    items.map(async (item) => {
      const path = prefix + item.name
      if (item.isDirectory()) return depth > 0 ? await walk(join(folder, item.name), `${path}/`, depth - 1) : []
      return /\.(?:gguf|onnx|json)$/i.test(item.name) ? [path] : []
    }),
  )
  return paths.flat()
}
