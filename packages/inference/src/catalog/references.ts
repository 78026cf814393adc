import { mkdir, readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, posix, resolve } from 'node:path'
import { writeFileAtomic } from '@rt/node/files'
import { parseSplitName } from '../driver-kit/gguf/split-name.ts'
import { readOnnxPath } from './onnx-path.ts'
import type { ModelName } from './parse-name.ts'
import { type CatalogPlace, ownPath, type PlacedEntry } from './place.ts'
import type { CatalogEntry, CatalogFile, ModelKind } from './types.ts'

type RemoteName = Extract<ModelName, { type: 'remote' }>

/** What a fetched file outside the catalog turned out to be: its pin from then on. */
export interface ReferencePin {
  name: string
  source: string
  bytes: number
  sha256: string
  /** As the file, or the hub, told it. */
  kind?: ModelKind
  licence?: string
}

const KINDS: readonly ModelKind[] = ['chat', 'embed', 'rerank', 'classify']
const ENDING = '.rt.json'
const PIN_FOLDERS = ['hf', 'https']
const DEEPEST = 8

/** An entry for a file outside the catalog, with its further parts when it is the first of several. */
export const remoteEntry = ({ name, source, path }: RemoteName): PlacedEntry => {
  const file = posix.basename(path)
  const folder = source.slice(0, source.length - basename(source).length)
  const [, ...parts] = parseSplitName(file)?.names ?? []
  return {
    at: posix.dirname(path),
    entry: {
      name,
      aliases: [],
      kind: 'chat',
      engine: 'gguf',
      files: [
        { role: 'model', name: file, sources: [source] },
        ...parts.map((part, i): CatalogFile => ({ role: `part-${i + 2}`, name: part, sources: [`${folder}${part}`] })),
      ],
    },
  }
}

/** With size and hash of the files that were fetched once, or adopted, though the table does not know them. */
export const learnPins = async (place: CatalogPlace, placed: PlacedEntry): Promise<PlacedEntry> => {
  if (placed.entry.files.every(({ sha256 }) => sha256 !== undefined)) return placed
  const pins = await Promise.all(
    placed.entry.files.map(async (file) =>
      file.sha256 === undefined ? await readPin(pinOf(ownPath(place, placed, file))) : undefined,
    ),
  )
  return pins.some(Boolean) ? withPins(placed, pins) : placed
}

/** What a look at a file tells; its hash is missing when nothing was read. */
export type SeenFile = Omit<ReferencePin, 'sha256'> & { sha256?: string }

/** `pins` in the order of the files. */
export const withPins = (placed: PlacedEntry, pins: (SeenFile | undefined)[]): PlacedEntry => {
  const { kind, licence } = pins.find(Boolean) ?? {}
  const outside = placed.entry.licence === undefined
  const files = placed.entry.files.map((file, i): CatalogFile => {
    const pin = pins[i]
    return pin ? { ...file, bytes: pin.bytes, ...(pin.sha256 && { sha256: pin.sha256 }) } : file
  })
  return {
    at: placed.at,
    learned: [...(placed.learned ?? []), ...placed.entry.files.filter((_, i) => pins[i]).map(({ name }) => name)],
    entry: { ...placed.entry, files, ...(outside && kind && { kind }), ...(outside && licence && { licence }) },
  }
}

/** A file or an export the user points at: used as it is, unchecked. */
export const pathEntry = (name: string, home: string = homedir()): { entry: CatalogEntry; path: string } => {
  const path = resolve(name.replace(/^~(?=[/\\])/, home))
  const onnx = readOnnxPath(path)
  const files = onnx ? [onnx.choices[0] ?? path, onnx.tokenizer] : [path]
  const roles = ['model', 'tokenizer'] as const
  return {
    entry: {
      name,
      aliases: [],
      ...(onnx ? { engine: 'onnx', ...onnx.about } : { engine: 'gguf', kind: 'chat' }),
      files: files.flatMap((file, i): CatalogFile[] =>
        file === undefined ? [] : [{ role: roles[i]!, name: basename(file), sources: [] }],
      ),
    },
    path,
  }
}

/** A crash between a fetch and this costs a hash, and nothing else. */
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
    const { name, source, bytes, sha256, kind, licence } = pin ?? {}
    if (typeof name !== 'string' || typeof source !== 'string' || typeof bytes !== 'number') return undefined
    if (!sha256 || !/^[0-9a-f]{64}$/.test(sha256)) return undefined
    return {
      name,
      source,
      bytes,
      sha256,
      ...(kind !== undefined && KINDS.includes(kind) && { kind }),
      ...(typeof licence === 'string' && { licence }),
    }
  } catch {
    return undefined
  }
}
