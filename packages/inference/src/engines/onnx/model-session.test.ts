import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TINY_TOKENIZER } from './__fixtures__/tiny-tokenizer.ts'
import type { OnnxRuntime } from './load-runtime.ts'
import { loadModelSession } from './model-session.ts'
import type { EmbedderSpec } from './protocol.ts'

interface Run {
  ids: number[][]
  mask: number[][]
}

/** A runtime whose hidden state of a token is [id, 1], for padding too; what it was fed is in `runs`. */
const createFakeRuntime = ({
  inputs = ['input_ids', 'attention_mask'],
  dimensions = 2,
  onRun = () => {},
}: FakeOptions = {}) => {
  const runs: Run[] = []
  const state = { released: false }
  interface FakeTensor {
    data: BigInt64Array
    dims: number[]
  }
  const rows = ({ data, dims }: FakeTensor): number[][] =>
    Array.from({ length: dims[0]! }, (_, row) =>
      Array.from(data.subarray(row * dims[1]!, (row + 1) * dims[1]!), Number),
    )
  const run = async (feeds: Record<string, FakeTensor>) => {
    const ids = rows(feeds['input_ids']!)
    runs.push({ ids, mask: rows(feeds['attention_mask']!) })
    await onRun(runs.length)
    if (state.released) throw new Error('used after release')
    const data = Float32Array.from(ids.flat().flatMap((id) => [id, ...Array.from({ length: dimensions - 1 }, () => 1)]))
    return {
      last_hidden_state: { type: 'float32', data, dims: [ids.length, ids[0]!.length, dimensions], dispose() {} },
    }
  }
  const session = {
    inputNames: inputs,
    outputNames: ['last_hidden_state'],
    run,
    release: async () => void (state.released = true),
  }
  class Tensor {
    readonly dims: number[]
    readonly data: BigInt64Array
    constructor(_type: string, data: BigInt64Array, dims: number[]) {
      this.data = data
      this.dims = dims
    }
  }
  const runtime = {
    Tensor,
    InferenceSession: { create: async () => session },
    listSupportedBackends: () => [{ name: 'cpu', bundled: true }],
  } as unknown as OnnxRuntime
  return { runtime, runs, state }
}

interface FakeOptions {
  inputs?: string[]
  dimensions?: number
  onRun?: (count: number) => unknown
}

const load = (runtime: OnnxRuntime, spec: EmbedderSpec) => loadModelSession(runtime, spec, { weightsBytes: 1 })

describe('loadModelSession', () => {
  let folder: string
  let spec: EmbedderSpec
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rt-onnx-'))
    const path = join(folder, 'tokenizer.json')
    await writeFile(path, JSON.stringify(TINY_TOKENIZER))
    await writeFile(join(folder, 'broken.json'), '{"model":')
    spec = {
      task: 'embed',
      id: 'tiny',
      provider: { name: 'cpu' },
      modelPath: path,
      tokenizerPath: path,
      pooling: 'mean',
      normalize: false,
      maxTokens: 300,
      dimensions: 2,
      threads: 1,
    }
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('pads short texts in one run and returns the vectors in input order', async () => {
    const { runtime, runs } = createFakeRuntime()
    const session = await load(runtime, spec)
    const { vectors, tokens, truncated } = await session.embed(['a a a', 'b', 'F f', ''])
    const mean = (...ids: number[]): number[] => [Math.fround(ids.reduce((sum, id) => sum + id, 0) / ids.length), 1]
    expect(Array.from(vectors)).toEqual([mean(2, 4, 4, 4, 3), mean(2, 5, 3), mean(2, 9, 9, 3), mean(2, 3)].flat())
    expect(runs).toHaveLength(2)
    expect(runs[1]!.ids[0]).toEqual([2, 3, 0, 0, 0])
    expect(runs[1]!.mask[0]).toEqual([1, 1, 0, 0, 0])
    expect({ tokens, truncated }).toEqual({ tokens: 14, truncated: [] })
  })

  it('cuts long texts and says which', async () => {
    const { runtime } = createFakeRuntime()
    const session = await load(runtime, { ...spec, maxTokens: 4 })
    const { vectors, tokens, truncated } = await session.embed(['a', 'a b c d e f', 'a b'])
    expect(Array.from(vectors.slice(2, 4))).toEqual([(2 + 4 + 5 + 3) / 4, 1])
    expect({ tokens, truncated }).toEqual({ tokens: 11, truncated: [1] })
  })

  it('stops between two runs when the caller gives up', async () => {
    const controller = new AbortController()
    // The first run is the one at load time.
    const { runtime, runs } = createFakeRuntime({ onRun: (count) => count === 3 && controller.abort() })
    const session = await load(runtime, spec)
    const long = Array.from({ length: 5 }, () => 'a '.repeat(200))
    await expect(session.embed(long, controller.signal)).rejects.toMatchObject({ code: 'aborted' })
    expect(runs).toHaveLength(3)
  })

  it('frees the weights only after running calls', async () => {
    const gate = Promise.withResolvers<void>()
    const { runtime, state } = createFakeRuntime({ onRun: (count) => count === 2 && gate.promise })
    const session = await load(runtime, spec)
    const work = session.embed(['a'])
    const released = session.release()
    gate.resolve()
    await expect(work).resolves.toMatchObject({ tokens: 3 })
    await released
    expect(state.released).toBe(true)
  })

  it.each([
    ['other dimensions', { dimensions: 3 }, 'float32[1, 2, 3] instead of vectors of 2 dimensions'],
    ['a foreign input', { inputs: ['input_ids', 'pixel_values'] }, '"pixel_values"'],
    ['a run that fails', { onRun: () => Promise.reject(new Error('512 by 550')) }, 'maxTokens is 300'],
  ])('refuses a model with %s, and lets go of it', async (_name, options, message) => {
    const { runtime, state } = createFakeRuntime(options)
    await expect(load(runtime, spec)).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining(message),
    })
    expect(state.released).toBe(true)
  })

  it('tells a missing tokenizer from a damaged one', async () => {
    const { runtime } = createFakeRuntime()
    const from = (name: string) => load(runtime, { ...spec, tokenizerPath: join(folder, name) })
    await expect(from('none')).rejects.toMatchObject({ code: 'model_unavailable' })
    await expect(from('broken.json')).rejects.toMatchObject({ code: 'model_invalid' })
  })
})
