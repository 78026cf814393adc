import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { createOnnxEngine, type OnnxEmbedder, type OnnxEmbedderOptions, type OnnxEngine } from './index.ts'

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

const TEXTS = [
  'Staff may claim up to 45 euros for meals on each day of a business trip.',
  'Fire drill.',
  `The library opens at nine. ${'It lends books, maps and films to everybody who lives in the town. '.repeat(12)}`,
  'The cat sleeps on the warm roof.',
  'A kitten is napping on top of the house.',
  'Interest rates were raised by the central bank.',
]

describe('the onnx engine with bge-small', () => {
  let options: OnnxEmbedderOptions
  let engine: OnnxEngine
  let model: OnnxEmbedder
  beforeAll(async () => {
    const { entry, files } = await createCatalog().ensure('bge-small-en-v1.5')
    options = {
      id: entry.name,
      modelPath: files.model,
      tokenizerPath: files.tokenizer!,
      pooling: 'cls',
      maxTokens: 512,
      dimensions: 384,
      prefixes: { query: 'Represent this sentence for searching relevant passages: ' },
    }
    engine = createOnnxEngine({ threads: 1 })
    model = await engine.loadEmbedder(options)
  })
  afterAll(() => engine[Symbol.asyncDispose]())

  it('gives unit vectors, one a text, that keep their order and hardly depend on their company', async () => {
    const { vectors } = await model.embed(TEXTS)
    expect(vectors).toHaveLength(TEXTS.length)
    for (const [i, text] of TEXTS.entries()) {
      const [alone] = (await model.embed([text])).vectors
      expect(vectors[i]).toHaveLength(384)
      expect(Math.hypot(...vectors[i]!)).toBeCloseTo(1, 5)
      // int8 with dynamic quantisation: one scale serves a whole run, padding included, so company shows.
      expect(cosine(vectors[i]!, alone!)).toBeGreaterThan(0.99)
    }
  })

  it('gives exactly the same vector to the same text alone', async () => {
    const [first, second] = await Promise.all([model.embed([TEXTS[0]!]), model.embed([TEXTS[0]!])])
    expect(first.vectors[0]).toEqual(second.vectors[0])
  })

  it('finds similar texts nearer than others, and the passage that answers a question', async () => {
    const [, , , cat, kitten, bank] = (await model.embed(TEXTS)).vectors
    expect(cosine(cat!, kitten!)).toBeGreaterThan(cosine(cat!, bank!) + 0.1)
    const [question] = (await model.embed(['How much money is there for food when travelling?'], { kind: 'query' }))
      .vectors
    const passages = (await model.embed(TEXTS, { kind: 'document' })).vectors
    const best = passages
      .map((passage) => cosine(question!, passage))
      .reduce((top, score, i, all) => (score > all[top]! ? i : top), 0)
    expect(best).toBe(0)
  })

  it('counts tokens and reports what was cut', async () => {
    const long = 'word '.repeat(2000)
    const { tokens, truncated, vectors } = await model.embed(['short', long])
    expect({ tokens, truncated }).toEqual({ tokens: 3 + 512, truncated: [1] })
    const [same] = (await model.embed(['word '.repeat(510)])).vectors
    expect(cosine(vectors[1]!, same!)).toBeCloseTo(1, 5)
  })

  it('takes empty texts, and no texts', async () => {
    expect((await model.embed([''])).vectors[0]).toHaveLength(384)
    expect(await model.embed([])).toEqual({ vectors: [], tokens: 0, truncated: [] })
  })

  it('stops when the caller gives up, and goes on working', async () => {
    const controller = new AbortController()
    const work = model.embed(
      Array.from({ length: 100 }, () => TEXTS[2]!),
      { signal: controller.signal },
    )
    setImmediate(() => controller.abort())
    await expect(work).rejects.toMatchObject({ code: 'aborted' })
    expect((await model.embed(['next'])).vectors).toHaveLength(1)
  })

  it('survives kill -9 of its child: a typed error, then the next call works', async () => {
    const before = await model.embed([TEXTS[0]!])
    const pid = engine.pid!
    const work = model.embed(Array.from({ length: 100 }, () => TEXTS[2]!))
    setImmediate(() => process.kill(pid, 'SIGKILL'))
    await expect(work).rejects.toMatchObject({ code: 'engine_crashed', retryable: true })
    const after = await model.embed([TEXTS[0]!])
    expect(engine.pid).not.toBe(pid)
    expect(after.vectors[0]).toEqual(before.vectors[0])
  })

  it('kills a child that hangs, and goes on with a new one', async () => {
    // The limit also holds while the child loads onnxruntime, which blocks it for a second or more on a busy machine.
    await using own = createOnnxEngine({ threads: 1, hangMs: 10_000 })
    const embedder = await own.loadEmbedder(options)
    process.kill(own.pid!, 'SIGSTOP')
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ code: 'engine_crashed' })
    expect((await embedder.embed(['a'])).vectors).toHaveLength(1)
  })

  it('frees a model without closing the engine', async () => {
    const second = await engine.loadEmbedder({ ...options, pooling: 'mean' })
    expect(second.fingerprint).not.toBe(model.fingerprint)
    const [cls, mean] = await Promise.all([model.embed([TEXTS[0]!]), second.embed([TEXTS[0]!])])
    expect(cosine(cls.vectors[0]!, mean.vectors[0]!)).toBeLessThan(0.99)
    expect(await second.state()).toMatchObject({ engine: 'onnx', weightsBytes: 34_014_426, contextTokens: 512 })
    await second[Symbol.asyncDispose]()
    expect(await second.state()).toMatchObject({ weightsBytes: 0 })
    await expect(second.embed(['x'])).rejects.toMatchObject({ code: 'shutting_down' })
    expect((await model.embed(['x'])).vectors).toHaveLength(1)
    await using again = await engine.loadEmbedder({ ...options, pooling: 'mean' })
    expect((await again.embed([TEXTS[0]!])).vectors).toEqual(mean.vectors)
  })

  it('refuses files that were replaced after they were checked', async () => {
    const { stamps } = await createCatalog().ensure('bge-small-en-v1.5')
    await using same = await engine.loadEmbedder({ ...options, stamps })
    expect((await same.embed(['x'])).vectors).toHaveLength(1)
    const other = { ...stamps, tokenizer: { ...stamps!.tokenizer!, inode: '0' } }
    await expect(engine.loadEmbedder({ ...options, stamps: other })).rejects.toMatchObject({
      code: 'checksum_mismatch',
      data: { file: 'tokenizer.json' },
    })
  })

  it('refuses wrong dimensions and damaged files without losing the child', async () => {
    const pid = engine.pid
    await expect(engine.loadEmbedder({ ...options, dimensions: 768 })).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('768'),
    })
    const folder = await mkdtemp(join(tmpdir(), 'rt-onnx-'))
    try {
      await writeFile(join(folder, 'bad.onnx'), 'no model')
      await expect(engine.loadEmbedder({ ...options, modelPath: join(folder, 'bad.onnx') })).rejects.toMatchObject({
        code: 'model_invalid',
      })
    } finally {
      await rm(folder, { recursive: true })
    }
    expect(engine.pid).toBe(pid)
  })

  it('reports to nobody: the library keeps no device id and no queue of events', async () => {
    const home = await mkdtemp(join(tmpdir(), 'rt-onnx-home-'))
    const before = { HOME: process.env['HOME'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'], CI: process.env['CI'] }
    // With CI set it would keep still by itself.
    for (const name of ['CI', 'XDG_CACHE_HOME']) delete process.env[name]
    process.env['HOME'] = home
    try {
      await using own = createOnnxEngine({ threads: 1 })
      await (await own.loadEmbedder(options)).embed(['one'])
      expect(await readdir(home, { recursive: true })).toEqual([])
    } finally {
      for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value
      await rm(home, { recursive: true })
    }
  })

  it('lets the program end, and leaves no child behind', async () => {
    const own = createOnnxEngine({ threads: 1 })
    await own.start()
    const pid = own.pid!
    await own[Symbol.asyncDispose]()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await expect(own.start()).rejects.toMatchObject({ code: 'shutting_down' })
  })
})
