import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'

/** What {@link detectEngines} asks the machine: names of files and versions of packages, never their code. */
export interface MachineProbes {
  platform: NodeJS.Platform
  arch: NodeJS.Architecture
  /** Version of an installed package, as the engine hosts would find it. */
  packageVersion(name: string): Promise<string | undefined>
  /** Whether an installed package has a file whose name begins so in its folder `bin`. */
  hasPackageFile(name: string, file: string): Promise<boolean>
  /** Whether a shared library whose file name begins so lies where the system's loader looks, e.g. `libcuda.so.1`. */
  hasLibrary(name: string): Promise<boolean>
  /** Whether a program is on the PATH. */
  hasCommand(name: string): Promise<boolean>
  /** Whether this process runs on glibc, whatever else is installed. */
  hasGlibc(): Promise<boolean>
}

export const createMachineProbes = ({
  platform = process.platform,
  arch = process.arch,
  env = process.env,
}: {
  platform?: NodeJS.Platform
  arch?: NodeJS.Architecture
  env?: Record<string, string | undefined>
} = {}): MachineProbes => {
  let libraries: Promise<string[]> | undefined
  const split = (list: string | undefined): string[] => list?.split(delimiter).filter(Boolean) ?? []
  const folders = async (): Promise<string[]> =>
    platform === 'win32'
      ? [
          ...split(env['PATH'] ?? env['Path']),
          join(env['SystemRoot'] ?? 'C:\\Windows', 'System32'),
          ...cuda(env, 'bin'),
        ]
      : [...split(env['LD_LIBRARY_PATH']), ...cuda(env, 'lib64'), ...LIBRARY_FOLDERS, ...(await configured())]
  return {
    platform,
    arch,
    async packageVersion(name) {
      const entry = resolvePackage(name)
      return entry && (await readVersion(dirname(entry), name))
    },
    async hasPackageFile(name, file) {
      const entry = resolvePackage(name)
      const root = entry && (await findPackage(dirname(entry), name))?.folder
      const files = root ? await readdir(join(root, 'bin'), { recursive: true }).catch(() => []) : []
      return files.some((path) => basename(path).startsWith(file))
    },
    async hasLibrary(name) {
      libraries ??= folders().then(listAll)
      const wanted = platform === 'win32' ? name.toLowerCase() : name
      return (await libraries).some((file) => (platform === 'win32' ? file.toLowerCase() : file).startsWith(wanted))
    },
    async hasCommand(name) {
      const files = await listAll(split(env['PATH'] ?? env['Path']))
      return files.includes(platform === 'win32' ? `${name}.exe` : name)
    },
    hasGlibc: async () => readGlibcVersion() !== undefined,
  }
}

const LIBRARY_FOLDERS = [
  '/lib',
  '/lib64',
  '/usr/lib',
  '/usr/lib64',
  '/usr/local/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/local/cuda/lib64',
  '/opt/cuda/lib64',
  '/usr/lib/wsl/lib',
  '/run/opengl-driver/lib',
]

const cuda = (env: Record<string, string | undefined>, folder: string): string[] =>
  env['CUDA_PATH'] ? [join(env['CUDA_PATH'], folder)] : []

/** Folders the administrator named: `/etc/ld.so.conf.d`. */
const configured = async (): Promise<string[]> => {
  const root = '/etc/ld.so.conf.d'
  const files = await readdir(root).catch(() => [])
  const texts = await Promise.all(files.slice(0, 100).map((file) => readFile(join(root, file), 'utf8').catch(() => '')))
  return texts.flatMap((text) => text.split('\n')).filter((line) => line.startsWith('/'))
}

const listAll = async (folders: string[]): Promise<string[]> => {
  const lists = await Promise.all([...new Set(folders)].map((folder) => readdir(folder).catch(() => [])))
  return lists.flat()
}

/** Node tells it in its diagnostic report alone. */
const readGlibcVersion = (): string | undefined => {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
  const before = report.excludeNetwork
  // Looking up the names of network interfaces may take seconds. Older versions of Node 22 do not know it.
  report.excludeNetwork = true
  try {
    return (report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime
  } finally {
    report.excludeNetwork = before ?? false
  }
}

/** From here, or from @rt/inference where this code is part of another bundle. */
const resolvePackage = (name: string): string | undefined => {
  const own = createRequire(import.meta.url)
  for (const from of [() => own, () => createRequire(own.resolve('@rt/inference/package.json'))]) {
    try {
      return from().resolve(name)
    } catch {
      // Not there: the next place.
    }
  }
  return undefined
}

const readVersion = async (folder: string, name: string): Promise<string | undefined> => {
  const version = (await findPackage(folder, name))?.version
  return typeof version === 'string' ? version : undefined
}

/** The package a file belongs to: package.json itself need not be among its exports. */
const findPackage = async (folder: string, name: string): Promise<{ folder: string; version: unknown } | undefined> => {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8')
    .then((text) => JSON.parse(text) as { name?: unknown; version?: unknown })
    .catch(() => undefined)
  if (manifest?.name === name) return { folder, version: manifest.version }
  const parent = dirname(folder)
  return parent === folder ? undefined : await findPackage(parent, name)
}
