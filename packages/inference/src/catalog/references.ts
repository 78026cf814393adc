import { mkdir, readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, extname, join, posix, resolve } from 'node:path'
import { writeFileAtomic } from '@rt/node/files'
import type { ModelName } from './parse-name.ts'
import type { CatalogPlace, PlacedEntry } from './place.ts'
import type { CatalogEntry } from './types.ts'

type RemoteName = Extract<ModelName, { type: 'remote' }>

/** What a fetched file outside the catalog turned out to be: its pin from then on. */
export interface ReferencePin {
  name: string
  source: string
  bytes: number
  sha256: string
}

const ENDING = '.rt.json'
const PIN_FOLDERS = ['hf', 'https']
const DEEPEST = 8

/** An entry for a file outside the catalog; its pin is known once it has been fetched. */
export const remoteEntry = async (place: CatalogPlace, name: RemoteName): Promise<PlacedEntry> => {
  const pin = await readPin(join(place.folder, ...`${name.path}${ENDING}`.split('/')))
  return bareRemoteEntry(name, pin)
}

export const bareRemoteEntry = ({ name, source, path }: RemoteName, pin?: ReferencePin): PlacedEntry => ({
  at: posix.dirname(path),
  entry: {
    name,
    aliases: [],
    kind: 'chat',
    engine: 'gguf',
    files: [
      {
        role: 'model',
        name: posix.basename(path),
        sources: [source],
        ...(pin && { bytes: pin.bytes, sha256: pin.sha256 }),
      },
    ],
  },
})

/** A file the user points at: used as it is, unchecked. */
export const pathEntry = (name: string, home: string = homedir()): { entry: CatalogEntry; path: string } => {
  const path = resolve(name.replace(/^~(?=[/\\])/, home))
  const engine = extname(path).toLowerCase() === '.onnx' ? 'onnx' : 'gguf'
  const kind = engine === 'onnx' ? 'embed' : 'chat'
  return {
    entry: { name, aliases: [], kind, engine, files: [{ role: 'model', name: basename(path), sources: [] }] },
    path,
  }
}

/** A file without a pin is never loaded, so a crash between the two costs a download and nothing else. */
export const writePin = async (file: string, pin: ReferencePin): Promise<void> => {
  await mkdir(dirname(file), { recursive: true })
  // Readable for all who share the models folder, as the weights are.
  await writeFileAtomic(pinOf(file), JSON.stringify(pin, undefined, 2), { mode: 0o644 })
}

export const pinOf = (file: string): string => `${file}${ENDING}`

/** Every reference that was fetched. */
export const listPins = async ({ folder }: CatalogPlace): Promise<ReferencePin[]> => {
  const found = await Promise.all(PIN_FOLDERS.map((name) => walk(join(folder, name), DEEPEST)))
  const pins = await Promise.all(found.flat().map(readPin))
  return pins.filter((pin) => pin !== undefined)
}

const walk = async (folder: string, depth: number): Promise<string[]> => {
  const items = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const paths = await Promise.all(
    items.map(async (item) => {
      const path = join(folder, item.name)
      if (item.isDirectory()) return depth > 0 ? await walk(path, depth - 1) : []
      return item.isFile() && item.name.endsWith(ENDING) ? [path] : []
    }),
  )
  return paths.flat()
}

const readPin = async (path: string): Promise<ReferencePin | undefined> => {
  try {
    const pin = JSON.parse(await readFile(path, 'utf8')) as Partial<ReferencePin> | null
    const { name, source, bytes, sha256 } = pin ?? {}
    if (typeof name !== 'string' || typeof source !== 'string' || typeof bytes !== 'number') return undefined
    return sha256 && /^[0-9a-f]{64}$/.test(sha256) ? { name, source, bytes, sha256 } : undefined
  } catch {
    return undefined
  }
}
