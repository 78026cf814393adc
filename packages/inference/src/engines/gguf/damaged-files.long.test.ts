import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { BROKEN_GGUF } from '../../driver-kit/gguf/__fixtures__/broken-gguf.ts'
import { list, number, text, writeGguf } from '../../driver-kit/gguf/__fixtures__/write-gguf.ts'
import { readGgufModel } from '../../driver-kit/gguf/read-gguf-model.ts'
import { createGgufEngine } from './engine.ts'

// Row 4 of the faults: damaged model files. The figures of the row have ten times their room.
const LIMIT_MS = 1_000
const LIMIT_BYTES = 64e6 * 10
/** A text no error may repeat. */
const SECRET = 'weights-of-the-neighbour'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-damaged-'))
  return () => rm(folder, { recursive: true, force: true })
})

interface Outcome {
  error: unknown
  ms: number
  grown: number
}

const check = async (path: string): Promise<Outcome> => {
  const [begin, memory] = [performance.now(), process.memoryUsage.rss()]
  const error = await readGgufModel(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { error, ms: performance.now() - begin, grown: process.memoryUsage.rss() - memory }
}

const expectCheap = ({ ms, grown }: Outcome): void => {
  expect(ms).toBeLessThan(LIMIT_MS)
  expect(grown).toBeLessThan(LIMIT_BYTES)
}

test('each handcrafted file is refused at once, without memory', async () => {
  const path = join(folder, 'broken.gguf')
  let slowest = 0
  for (const [what, input] of Object.entries(BROKEN_GGUF)) {
    await writeFile(path, Buffer.isBuffer(input) ? input : writeGguf(input))
    const outcome = await check(path)
    expect(outcome.error, what).toMatchObject({ code: 'model_invalid' })
    expectCheap(outcome)
    slowest = Math.max(slowest, outcome.ms)
  }
  console.log(`${Object.keys(BROKEN_GGUF).length} files, the slowest ${slowest.toFixed(1)} ms`)
})

test('files that are as large as a header may make them stay cheap', async () => {
  const path = join(folder, 'large.gguf')
  const long = text('x'.repeat(900_000))
  const files: Record<string, Buffer> = {
    'the most tensors': writeGguf({
      tensors: Array.from({ length: 32_768 }, (_, i) => ({
        name: `blk.${i}.w`,
        dimensions: [8],
        type: 0,
        offset: i * 32,
      })),
    }),
    '300 MB of texts': writeGguf({ metadata: Array.from({ length: 330 }, (_, i) => [`t${i}`, long]), pairCount: 999n }),
    'the most entries': writeGguf({
      metadata: Array.from({ length: 4_096 }, (_, i) => [`key.${i}`, list(4, 1000, Buffer.alloc(4000))]),
      tensorCount: 1n,
    }),
  }
  for (const [what, bytes] of Object.entries(files)) {
    await writeFile(path, bytes)
    const outcome = await check(path)
    expect(outcome.error, what).toMatchObject({ code: 'model_invalid' })
    expectCheap(outcome)
    console.log(`${what}: ${outcome.ms.toFixed(0)} ms, ${(outcome.grown / 1e6).toFixed(0)} MB`)
  }
  // Sparse: 2,000,000 texts of no bytes, in a file of a hundred gigabytes.
  await writeFile(path, writeGguf({ metadata: [['a', list(8, 2_000_000, Buffer.alloc(0))]], pairCount: 2n }))
  await truncate(path, 100e9)
  expectCheap(await check(path))
})

test('a real file with flipped bytes: refused, or loaded by a host that may die, and nothing else dies', async () => {
  const { files } = await createCatalog().ensure('smollm2:135m')
  const path = join(folder, 'flipped.gguf')
  await copyFile(files.model, path)
  await using file = await open(path, 'r+')
  const header = await headerBytes(files.model)
  await using engine = createGgufEngine({ threads: 1 })
  const counts = { refused: 0, notLoaded: 0, loaded: 0, hostDied: 0 }
  for (let round = 0; round < 150; round++) {
    // The counts, the first entries, the list of tensors, and anywhere between.
    const at = [round % 24, 24 + (random() % 4_000), header - 8 - (random() % 20_000), random() % (header - 8)][
      round % 4
    ]!
    const width = 1 + (round % 8)
    const before = Buffer.alloc(width)
    await file.read(before, 0, width, at)
    await file.write(Buffer.from(randomBytes(width)), 0, width, at)
    const outcome = await check(path)
    expectCheap(outcome)
    if (outcome.error) {
      expect(outcome.error).toMatchObject({ code: 'model_invalid' })
      counts.refused++
    } else {
      const { pid } = engine
      const error = await load(engine, path)
      if (error === undefined) counts.loaded++
      else counts.notLoaded++
      if (pid !== undefined && engine.pid !== pid) counts.hostDied++
    }
    await file.write(before, 0, width, at)
  }
  console.log(JSON.stringify(counts))
  expect(counts.refused).toBeGreaterThan(20)
  // As it was, it still loads, on the host of this engine.
  expect(await load(engine, path)).toBeUndefined()
})

test('an error repeats nothing of the bytes of a file', async () => {
  const path = join(folder, 'secret.gguf')
  const secret = Buffer.from(SECRET.repeat(40))
  for (const shape of [
    { pairCount: 3n },
    { tensorCount: 3n },
    { metadata: [['a', number(1)] as const], pairCount: 9n },
  ]) {
    const { metadata, ...rest } = shape as { metadata?: [string, ReturnType<typeof number>][] }
    await writeFile(path, Buffer.concat([writeGguf({ ...(metadata && { metadata }), ...rest }), secret]))
    const { error } = await check(path)
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain(SECRET.slice(0, 8))
  }
})

/** Undefined: it loaded, and is freed again. */
const load = async (engine: ReturnType<typeof createGgufEngine>, path: string): Promise<unknown> => {
  try {
    await using model = await engine.load({ id: 'flipped', path, contextTokens: 64, sequences: 1 }, within(60_000))
    expect(model.info.sizeBytes).toBeGreaterThan(0)
    return undefined
  } catch (error) {
    return error
  }
}

const within = (ms: number): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(ms) })

const random = (): number => randomBytes(4).readUInt32LE()

/** Up to the end of the list of tensors: the weights begin at the next multiple of 32. */
const headerBytes = async (path: string): Promise<number> => {
  await using file = await open(path)
  const bytes = Buffer.alloc(8 * 1024 * 1024)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
  const last = bytes.subarray(0, bytesRead).lastIndexOf('output_norm.weight')
  return last > 0 ? last : 1_700_000
}
