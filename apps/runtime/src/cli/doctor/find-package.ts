import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface FoundPackage {
  version: string
  /** Whether there is a file or folder of that path in it. */
  has(path: string): boolean
}

/** An installed package, as rt would find it; its code is not loaded. */
export const findPackage = (name: string, from: string = import.meta.url): FoundPackage | undefined => {
  try {
    let folder = dirname(createRequire(from).resolve(name))
    for (let above = dirname(folder); above !== folder; folder = above, above = dirname(folder)) {
      const manifest = readManifest(join(folder, 'package.json'))
      if (manifest?.name === name)
        return { version: manifest.version ?? '', has: (path) => existsSync(join(folder, path)) }
    }
    return undefined
  } catch {
    return undefined
  }
}

const readManifest = (file: string): { name?: string; version?: string } | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }) : undefined
