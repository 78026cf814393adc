import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RtError } from '@rt/core'
import { type GgufHeader, readGgufHeaderOf } from './read-gguf-header.ts'
import { summarizeTensors } from './read-tensors.ts'
import { parseSplitName } from './split-name.ts'

export interface GgufModelFiles {
  /** Of the first file, with the tensors of all. */
  header: GgufHeader
  /** In order; one, unless the model is split. */
  paths: string[]
  /** Of all files. */
  bytes: number
}

/**
 * {@link readGgufHeader} of a model that may lie in several files, `name-00001-of-00003.gguf` and so on: each part is
 * there, says of itself that it is that part, passes the same checks, and together they hold the announced tensors.
 *
 * @param label How errors name the file. Default: its name.
 * @throws RtError `model_invalid`, or what opening the first file throws.
 */
export const readGgufModel = async (path: string, label: string = basename(path)): Promise<GgufModelFiles> => {
  const first = await readPart(path, label)
  const count = splitCount(first.header)
  const split = parseSplitName(path)
  if (count <= 1) {
    // Native code goes by the name alone and would look for the other parts.
    if (split && split.count > 1)
      throw invalid(label, 'its name says that it is a part of a model, and it is whole', RENAME)
    return { header: first.header, paths: [path], bytes: first.bytes }
  }
  if (!split || split.count !== count)
    throw invalid(label, `it is a part of a model in ${count} files, and its name does not say so`, RENAME)
  if (split.part !== 1)
    throw invalid(label, `it is part ${split.part} of ${count}`, `Name the first: ${split.names[0]}`)
  const paths = split.names.map((name) => join(dirname(path), name))
  const rest = []
  for (const [index, other] of paths.entries()) if (index > 0) rest.push(await readOther(other, first.header, index))
  const parts = [first, ...rest]
  if (splitNumber(first.header) !== 0) throw invalid(label, 'it is not the part its name says', AGAIN)
  const tensors = parts.reduce((sum, { header }) => sum + header.tensors, 0)
  const announced = Number(first.header.metadata.get('split.tensors.count') ?? tensors)
  if (tensors !== announced) throw invalid(label, `its parts hold ${tensors} tensors instead of ${announced}`, AGAIN)
  return {
    header: { ...first.header, ...summarizeTensors(tensors, addUp(parts.map(({ header }) => header.weights))) },
    paths,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

const RENAME = 'Give it the name it was published under; parts are called name-00001-of-00003.gguf.'
const AGAIN = 'Fetch all parts again, from one place.'

interface Part {
  header: GgufHeader
  bytes: number
}

const readPart = async (path: string, label: string): Promise<Part> => {
  await using file: FileHandle = await open(path)
  return { header: await readGgufHeaderOf(file, label), bytes: (await file.stat()).size }
}

const readOther = async (path: string, first: GgufHeader, index: number): Promise<Part> => {
  const name = basename(path)
  const part = await readPart(path, name).catch((error: unknown) => {
    if (RtError.isInstance(error)) throw error
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is missing' : 'it cannot be opened'
    throw invalid(name, reason, 'All parts of a model lie in one folder. Fetch it again, or put the part there.')
  })
  const [count, expected] = [splitCount(part.header), splitCount(first)]
  if (count !== expected || splitNumber(part.header) !== index)
    throw invalid(name, 'it is not the part its name says', AGAIN)
  return part
}

const splitCount = ({ metadata }: GgufHeader): number => Number(metadata.get('split.count') ?? 1)
/** From 0. */
const splitNumber = ({ metadata }: GgufHeader): number => Number(metadata.get('split.no') ?? 0)

const addUp = (all: ReadonlyMap<number, number>[]): Map<number, number> => {
  const sum = new Map<number, number>()
  for (const weights of all) for (const [type, count] of weights) sum.set(type, (sum.get(type) ?? 0) + count)
  return sum
}

const invalid = (name: string, what: string, hint: string): RtError =>
  new RtError({ code: 'model_invalid', message: `${name} is not a usable GGUF file: ${what}.`, hint })
