import { formatBytes, RtError } from '@rt/core'
import { parseSplitName } from '../driver-kit/gguf/split-name.ts'
import { memoryNeeds } from './recommend.ts'

/** A GGUF model of a repository, whole or split. */
export interface QuantChoice {
  /** Of its only or first file, in the repository. */
  path: string
  /** E.g. `Q4_K_M`; undefined when the name does not say. */
  quant: string | undefined
  /** Of all its files; undefined when a size is not known. */
  bytes: number | undefined
}

const QUANT =
  /(?:^|[-_./])((?:UD[-_])?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4(?:_[A-Z]+)?|NVFP4|BF16|F16|FP16|F32|FP32))(?=[-_./]|$)/gi
/** What people take: little is lost, and it needs a quarter of the space. */
const PREFERRED = 'Q4_K_M'
const FULL = /^(?:BF16|FP?16|FP?32)$/
/** Files beside the model: what sees images, statistics of a quantization, parts that another file names. */
const BESIDE = /(?:^|\/)(?:mmproj|imatrix)|imatrix\.|[-_]mmproj/i

/** The quantization a file name or a folder above it says. */
export const quantOf = (path: string): string | undefined => {
  const found = [...path.replace(/\.gguf$/i, '').matchAll(QUANT)].at(-1)?.[1]
  return found
    ?.toUpperCase()
    .replace(/^UD_/, 'UD-')
    .replace(/^FP(16|32)$/, 'F$1')
}

/** The models among the files of a repository; parts count as one. */
export const listQuants = (files: { path: string; bytes?: number | undefined }[]): QuantChoice[] => {
  const sizes = new Map(files.map(({ path, bytes }) => [path, bytes]))
  return files.flatMap(({ path }) => {
    if (!/\.gguf$/i.test(path) || BESIDE.test(path)) return []
    const split = parseSplitName(path)
    if (split && split.part !== 1) return []
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const all = (split?.names ?? [path.slice(folder.length)]).map((name) => sizes.get(folder + name))
    const bytes = all.every((size) => size !== undefined) ? all.reduce((sum, size) => sum + size, 0) : undefined
    return [{ path, quant: quantOf(path), bytes }]
  })
}

/**
 * The model that was asked for by its quantization, or the best for this memory: Q4_K_M when there is one and it fits,
 * else the largest that fits; unquantized files only when there is nothing else.
 *
 * @throws RtError `model_not_found` (no such quantization, or no GGUF file at all), `model_unavailable` (none fits).
 */
export const chooseQuant = (
  choices: QuantChoice[],
  { name, quant, memoryBytes }: { name: string; quant?: string | undefined; memoryBytes: number },
): { choice: QuantChoice; why: string } => {
  if (choices.length === 0) throw notThere(name, 'has no GGUF file.', 'Look for a repository whose name ends in -GGUF.')
  if (quant !== undefined) {
    const choice = byQuant(choices, quant.toUpperCase())
    if (choice) return { choice, why: 'as you asked' }
    throw notThere(name, `has no ${quant}.`, `It has ${offered(choices)}.`)
  }
  const [only, ...others] = choices
  if (only && others.length === 0) return { choice: only, why: 'the only one there' }
  const room = choices.filter(({ bytes }) => memoryNeeds(bytes ?? 0, 'gguf').fits(memoryBytes))
  const preferred = byQuant(room, PREFERRED)
  if (preferred) return { choice: preferred, why: 'small, and close to the original' }
  const quantized = room.filter((one) => !FULL.test(one.quant ?? ''))
  const [largest] = (quantized.length > 0 ? quantized : room).toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
  if (largest) return { choice: largest, why: `the largest that fits into ${formatBytes(memoryBytes)} of memory` }
  throw new RtError({
    code: 'model_unavailable',
    message: `${name}: none of its files fits into the ${formatBytes(memoryBytes)} of memory here.`,
    hint: `To fetch one anyway, name it, such as ${name}:${choices[0]?.quant ?? PREFERRED}. It has ${offered(choices)}.`,
  })
}

const byQuant = (choices: QuantChoice[], wanted: string): QuantChoice | undefined =>
  choices.find(({ quant }) => quant === wanted) ?? choices.find(({ quant }) => quant?.replace(/^UD-/, '') === wanted)

const offered = (choices: QuantChoice[]): string =>
  choices
    .slice(0, 40)
    .map(({ quant, path, bytes }) => `${quant ?? path}${bytes === undefined ? '' : ` (${formatBytes(bytes)})`}`)
    .join(', ')

const notThere = (name: string, what: string, hint: string): RtError =>
  new RtError({ code: 'model_not_found', message: `${name} ${what}`, hint })
