import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface InstalledPackage {
  name: string
  version: string
  folder: string
  /** Holds compiled code: an addon or a shared library. */
  native: boolean
}

/** Everything below a folder's node_modules, as it lies on the disk. */
export const installedPackages = (folder: string): InstalledPackage[] => {
  const modules = join(folder, 'node_modules')
  if (!existsSync(modules)) return []
  return folders(modules)
    .flatMap((path) => (path.startsWith('@') ? folders(join(modules, path)).map((name) => join(path, name)) : [path]))
    .map((path) => join(modules, path))
    .filter((path) => existsSync(join(path, 'package.json')))
    .flatMap((path) => [describe(path), ...installedPackages(path)])
}

const describe = (folder: string): InstalledPackage => {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as InstalledPackage
  return { name, version, folder, native: holdsNative(folder) }
}

const NATIVE = /\.(node|dll|dylib|so(\.\d+)*)$/

const holdsNative = (folder: string): boolean =>
  readdirSync(folder, { withFileTypes: true }).some((entry) =>
    entry.isDirectory()
      ? entry.name !== 'node_modules' && holdsNative(join(folder, entry.name))
      : NATIVE.test(entry.name),
  )

const folders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
