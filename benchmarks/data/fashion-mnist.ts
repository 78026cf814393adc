import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Vectors } from './clustered.ts'

const PACKAGE = 'dataset-fashion-mnist'
const INSTALLED = '/usr/share/datasets/fashion-mnist'
const TRAIN = 'train-images-idx3-ubyte.gz'
const TEST = 't10k-images-idx3-ubyte.gz'

interface Images {
  count: number
  dimensions: number
  read(queries: number): Vectors
}

/** Debian's package of 60,000 images, installed, or unpacked into the cache folder; no root is needed. */
export const fashionMnist = (cache: string): Images | { missing: string } => {
  const unpacked = join(cache, PACKAGE)
  const folder = [INSTALLED, join(unpacked, INSTALLED)].find((path) => existsSync(join(path, TRAIN)))
  if (!folder) {
    const problem = unpack(unpacked)
    return problem ? { missing: `${PACKAGE} is not installed and cannot be fetched: ${problem}` } : fashionMnist(cache)
  }
  return {
    count: 60_000,
    dimensions: 784,
    read: (queries) => ({
      vectors: readImages(join(folder, TRAIN)),
      queries: readImages(join(folder, TEST)).subarray(0, queries * 784),
    }),
  }
}

/** @returns why not, or undefined. */
const unpack = (folder: string): string | undefined => {
  mkdirSync(folder, { recursive: true })
  const run = (command: string, ...args: string[]): string | undefined => {
    const { status, error, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 })
    return status === 0 ? undefined : (error?.message ?? stderr).trim().split('\n').at(-1)
  }
  const problem = run('apt-get', '-qq', 'download', PACKAGE)
  if (problem !== undefined) return problem
  const [file] = globSync('*.deb', { cwd: folder })
  const broken = run('dpkg-deb', '-x', file!, '.')
  rmSync(join(folder, file!))
  return broken ?? (existsSync(join(folder, INSTALLED, TRAIN)) ? undefined : 'the images are not in the package')
}

/** IDX: magic, count, rows, columns as 4 bytes each, big-endian; then a byte a pixel. */
const readImages = (path: string): Float32Array => {
  const bytes = gunzipSync(readFileSync(path))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const length = view.getUint32(4) * view.getUint32(8) * view.getUint32(12)
  return Float32Array.from(bytes.subarray(16, 16 + length))
}
