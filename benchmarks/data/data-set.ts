import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { clustered, type Vectors } from './clustered.ts'
import { fashionMnist } from './fashion-mnist.ts'
import { findTruth } from './truth.ts'

/** What is searched, what for, and what is right; in files, which every arm reads for itself. */
export interface DataSet {
  name: string
  folder: string
  count: number
  dimensions: number
  metric: 'cosine' | 'l2'
  queries: number
}

const CACHE = fileURLToPath(new URL('../../.cache/benchmarks/', import.meta.url))
/** How many of the nearest are asked for. */
export const K = 10

/** The generator's set; the same bytes wherever it is made. */
export const clusteredSet = (options: { count: number; dimensions: number; queries: number }): DataSet =>
  stored({ ...options, name: `clustered ${options.count} x ${options.dimensions}`, metric: 'cosine' }, () =>
    clustered({ ...options, seed: 7 }),
  )

/** Images of 60,000 clothes, as Debian ships them; or why they are not here. */
export const imageSet = (queries: number): DataSet | { missing: string } => {
  const images = fashionMnist(CACHE)
  if ('missing' in images) return images
  const { count, dimensions } = images
  return stored({ name: `fashion-mnist ${count} x ${dimensions}`, metric: 'l2', count, dimensions, queries }, () =>
    images.read(queries),
  )
}

export const readVectors = (set: DataSet): Float32Array => readFloats(join(set.folder, 'vectors.f32'))

export const readQueries = ({ folder, dimensions }: DataSet): Float32Array[] => {
  const all = readFloats(join(folder, 'queries.f32'))
  return Array.from({ length: all.length / dimensions }, (_, i) => all.subarray(i * dimensions, (i + 1) * dimensions))
}

/** Of each query the rows that are among the nearest; more than `K` where the last of them are equally far. */
export const readTruth = ({ folder }: DataSet): number[][] =>
  JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as number[][]

/** Share of the nearest that were found. */
export const recallOf = (truth: number[][], found: number[][]): number => {
  const hits = found.reduce((sum, rows, query) => {
    const right = new Set(truth[query])
    return sum + Math.min(K, new Set(rows.slice(0, K).filter((row) => right.has(row))).size)
  }, 0)
  return hits / (found.length * K)
}

const stored = (set: Omit<DataSet, 'folder'>, make: () => Vectors): DataSet => {
  const folder = join(CACHE, set.name.replaceAll(' ', '-'), String(set.queries))
  const truth = join(folder, 'truth.json')
  if (!existsSync(truth)) {
    process.stderr.write(` ${set.name}: making it, with the true neighbours of ${set.queries} queries\n`)
    mkdirSync(folder, { recursive: true })
    const made = make()
    write(join(folder, 'vectors.f32'), toBytes(made.vectors))
    write(join(folder, 'queries.f32'), toBytes(made.queries))
    // The last one: a folder with it is whole.
    write(truth, JSON.stringify(findTruth(made, set, K)))
  }
  return { ...set, folder }
}

const toBytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const write = (path: string, content: string | Uint8Array): void => {
  writeFileSync(`${path}.tmp`, content)
  renameSync(`${path}.tmp`, path)
}

const readFloats = (path: string): Float32Array => {
  const floats = new Float32Array(statSync(path).size / 4)
  const bytes = toBytes(floats)
  const file = openSync(path, 'r')
  for (let at = 0; at < bytes.length;) at += readSync(file, bytes, at, Math.min(1 << 26, bytes.length - at), at)
  closeSync(file)
  return floats
}
