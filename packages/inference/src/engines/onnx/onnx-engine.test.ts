import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokenizerFolder, MODELS, readExpected } from './__fixtures__/expected.ts'
import { createOnnxEngine, type OnnxEmbedderOptions, type OnnxEngine } from './index.ts'

// Real runs of the tiny models of write_models.py in the real child, against what numpy computed for them.
const expected = readExpected()
const close = (numbers: ArrayLike<number>): unknown[] => Array.from(numbers, (number) => expect.closeTo(number, 5))
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

describe('the onnx engine with tiny models', () => {
  let engine: OnnxEngine
  let files: Awaited<ReturnType<typeof createTokenizerFolder>>
  const model = (name: string) => ({
    id: name,
    modelPath: join(MODELS, `${name}.onnx`),
    tokenizerPath: files.tokenizerPath,
    maxTokens: 16,
  })
  beforeAll(async () => {
    files = await createTokenizerFolder()
    engine = createOnnxEngine({ threads: 1, providers: ['cpu'] })
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    await files[Symbol.asyncDispose]()
  })
  const embedder = (more: Partial<OnnxEmbedderOptions>) =>
    engine.loadEmbedder({ ...model('embedder'), pooling: 'mean', dimensions: 6, ...more })

  it.each(['mean', 'cls', 'last'] as const)('gives the vectors of numpy, pooled by %s', async (pooling) => {
    await using embed = await embedder({ pooling })
    const { vectors } = await embed.embed(expected.embedder.texts)
    expect(vectors.map((vector) => Array.from(vector))).toEqual(expected.embedder[pooling].map(close))
  })

  it('cuts vectors of a Matryoshka model to unit length, under another fingerprint', async () => {
    await using whole = await embedder({})
    await using cut = await embedder({ cutTo: 4 })
    const { vectors } = await cut.embed(expected.embedder.texts)
    expect(vectors.map((vector) => Array.from(vector))).toEqual(expected.embedder.mean4.map(close))
    expect(cut.dimensions).toBe(4)
    expect(cut.fingerprint).not.toBe(whole.fingerprint)
  })

  it('refuses numbers and words that none of it can be', async () => {
    for (const options of [{ threads: 0 }, { threads: 1e9 }, { hangMs: Number.NaN }])
      expect(() => createOnnxEngine(options)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    await expect(embedder({ pooling: 'max' as 'mean' })).rejects.toMatchObject({ data: { field: 'pooling' } })
  })

  it('asks the model for its dimensions where nobody says them', async () => {
    await using cut = await embedder({ dimensions: undefined, cutTo: 4 })
    await using whole = await embedder({ dimensions: undefined })
    expect([whole.dimensions, cut.dimensions]).toEqual([6, 4])
    const { vectors } = await cut.embed(expected.embedder.texts)
    expect(vectors.map((vector) => Array.from(vector))).toEqual(expected.embedder.mean4.map(close))
    await expect(embedder({ dimensions: undefined, cutTo: 7 })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('6 dimensions'),
    })
  })

  it('ranks documents by the scores of numpy', async () => {
    const { query, documents, logits } = expected.reranker
    await using reranker = await engine.loadReranker(model('reranker'))
    const ranked = await reranker.rerank(query, documents)
    expect(ranked).toEqual([
      { index: 0, score: expect.closeTo(sigmoid(logits[0]![0]!), 5) },
      { index: 1, score: expect.closeTo(sigmoid(logits[1]![0]!), 5) },
    ])
    const [, second] = documents
    expect(await reranker.rerank(query, [second!, documents[0]!], { topK: 1 })).toEqual([
      { index: 1, score: ranked[0]!.score },
    ])
    expect(await reranker.rerank(query, [])).toEqual([])
    await expect(reranker.rerank(query, documents, { topK: 0 })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('classifies by the scores of numpy, one label of all or each for itself', async () => {
    const { texts, logits } = expected.classifier
    const labels = ['safe', 'injection', 'other']
    const options = { ...model('classifier'), labels }
    await using one = await engine.loadClassifier(options)
    const powers = logits[0]!.map(Math.exp)
    const sum = powers.reduce((all, power) => all + power, 0)
    const [first] = await one.classify(texts)
    expect(first).toEqual([
      { label: 'injection', score: expect.closeTo(powers[1]! / sum, 5) },
      { label: 'other', score: expect.closeTo(powers[2]! / sum, 5) },
      { label: 'safe', score: expect.closeTo(powers[0]! / sum, 5) },
    ])
    await using each = await engine.loadClassifier({ ...options, multiLabel: true })
    const [, second] = await each.classify(texts)
    expect(second![0]).toEqual({ label: 'injection', score: expect.closeTo(sigmoid(logits[1]![1]!), 5) })
    expect(await one.classify([])).toEqual([])
  })

  it('refuses a model with other labels, or another task, than stated', async () => {
    await expect(engine.loadClassifier({ ...model('classifier'), labels: ['a', 'b'] })).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('where 2 scores a text are expected'),
    })
    await expect(engine.loadReranker(model('embedder'))).rejects.toMatchObject({ code: 'model_invalid' })
    await expect(engine.loadReranker(model('decoder'))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('past_key_values.0.key'),
    })
  })

  it('says on what it runs, and why on nothing better', async () => {
    await using own = createOnnxEngine({ threads: 1, providers: ['dml', 'coreml', 'cpu'] })
    const embed = await own.loadEmbedder({ ...model('embedder'), pooling: 'mean', dimensions: 6 })
    const state = await embed.state()
    if (process.platform === 'linux')
      expect(state).toMatchObject({
        provider: 'cpu',
        passedOver: [
          { provider: 'dml', reason: expect.stringContaining('Windows only') },
          { provider: 'coreml', reason: expect.stringContaining('macOS only') },
        ],
      })
    expect((await embed.embed(['a'])).vectors).toHaveLength(1)
    const forced = createOnnxEngine({ threads: 1, providers: [process.platform === 'win32' ? 'coreml' : 'dml'] })
    await expect(forced.loadEmbedder({ ...model('embedder'), pooling: 'mean', dimensions: 6 })).rejects.toMatchObject({
      code: 'unsupported',
    })
    await forced[Symbol.asyncDispose]()
  })

  it.skipIf(process.platform === 'win32')(
    'refuses a model that was there at each crash, and serves another',
    async () => {
      await using own = createOnnxEngine({ threads: 1, providers: ['cpu'] })
      const bad = await own.loadEmbedder({ ...model('embedder'), pooling: 'mean', dimensions: 6 })
      const good = await own.loadClassifier({ ...model('classifier'), labels: ['safe', 'injection', 'other'] })
      for (let crash = 0; crash < 3; crash++) {
        await own.start()
        // Stopped first, so that it cannot have answered before it is killed.
        process.kill(own.pid!, 'SIGSTOP')
        const crashed = expect(bad.embed(['a'])).rejects.toMatchObject({
          code: 'engine_crashed',
          data: { signal: 'SIGKILL' },
        })
        await new Promise(setImmediate)
        process.kill(own.pid!, 'SIGKILL')
        await crashed
      }
      await expect(bad.embed(['a'])).rejects.toMatchObject({ code: 'model_unavailable', data: { crashes: 3 } })
      expect(await bad.state()).toMatchObject({ running: 0, quarantine: { crashes: 3 } })
      expect(await good.classify(['a'])).toHaveLength(1)
      expect(await good.state()).not.toHaveProperty('quarantine')
    },
  )
})
