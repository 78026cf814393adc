import { expect, test } from 'vitest'
import { createCatalog } from '../catalog/index.ts'
import { createGgufEngine } from '../engines/gguf/index.ts'
import { createOnnxEngine } from '../engines/onnx/index.ts'
import type { MemoryEstimate } from '../driver-kit/memory-estimate.ts'

// What is expected is compared with what the process grew by: never less than nine tenths, and less than twice as much.
const catalog = createCatalog()

const total = ({ weightsBytes, kvBytes, otherBytes }: MemoryEstimate): number =>
  weightsBytes + kvBytes.least + otherBytes

const expectNear = (expected: number, measured: number): void => {
  expect(measured).toBeGreaterThan(expected / 2)
  expect(measured).toBeLessThan(expected * 1.1)
}

test.each(['smollm2:135m', 'qwen2.5-coder:1.5b'])('%s takes about what its header says', async (name) => {
  const { files } = await catalog.ensure(name)
  await using engine = createGgufEngine({ threads: 1 })
  const options = { id: name, path: files.model, contextTokens: 2048 }
  const expected = await engine.estimate(options)
  expect(engine.pid).toBeUndefined()
  await engine.start()
  const before = (await engine.memoryBytes())!
  await using model = await engine.load(options)
  const state = await model.state()
  expect(state.kvBytes).toBe(expected.kvBytes.least)
  expect(Math.abs(state.weightsBytes - expected.weightsBytes)).toBeLessThan(expected.weightsBytes * 0.02)
  const measured = (await engine.memoryBytes())! - before
  expectNear(total(expected), measured)
})

test('an embedder of onnxruntime takes about what its files say, texts of full length included', async () => {
  const { entry, files } = await catalog.ensure('bge-small-en-v1.5')
  await using engine = createOnnxEngine({ threads: 1, providers: ['cpu'] })
  const options = {
    id: entry.name,
    modelPath: files.model,
    tokenizerPath: files.tokenizer!,
    maxTokens: entry.context!,
    dimensions: entry.dimensions!,
  }
  const expected = await engine.estimate(options)
  expect(engine.pid).toBeUndefined()
  await engine.start()
  const before = (await engine.memoryBytes())!
  await using model = await engine.loadEmbedder({ ...options, pooling: 'cls' })
  await model.embed(['a long text '.repeat(400), ...Array.from({ length: 20 }, (_, i) => 'short '.repeat(i))])
  const measured = (await engine.memoryBytes())! - before
  expectNear(total(expected), measured)
})

test('a model for chat that gives vectors computes what it would write', async () => {
  const { files } = await catalog.ensure('smollm2:135m')
  await using engine = createGgufEngine({ threads: 1 })
  const options = { id: 'vectors', path: files.model, pooling: 'mean' as const, maxTokens: 512 }
  const expected = await engine.estimateEmbedder(options)
  await engine.start()
  const before = (await engine.memoryBytes())!
  await using model = await engine.loadEmbedder(options)
  await model.embed(['a long text '.repeat(400)])
  const measured = (await engine.memoryBytes())! - before
  expectNear(total(expected), measured)
})
