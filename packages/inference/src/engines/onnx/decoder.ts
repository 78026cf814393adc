import { RtError } from '@rt/core'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { OnnxRuntime } from './load-runtime.ts'
import { runFailure } from './open-session.ts'
import type { BaseSpec } from './protocol.ts'
import { readFloats } from './read-floats.ts'

/** A model that writes, with the key-value cache that optimum exports: `past_key_values.N.key` in, `present.N.key` out. */
export interface Decoder {
  /** A cache nothing was read into. */
  open(): DecoderCache
  /** Reads tokens into the cache. @returns the logits behind the last of them. */
  read(cache: DecoderCache, tokens: readonly number[]): Promise<Float32Array>
  /** Of the caches, for each token in them. */
  readonly kvBytesPerToken: number
}

/** What was read so far. */
export interface DecoderCache extends Disposable {
  readonly tokens: number
}

interface Cache extends DecoderCache {
  tokens: number
  past: Record<string, Tensor>
}

const INPUTS = ['input_ids', 'attention_mask', 'position_ids']
const PAST = /^past_key_values\.(\d+)\.(key|value)$/

/** @throws RtError `model_invalid` for a model of another shape. */
export const createDecoder = (runtime: OnnxRuntime, session: InferenceSession, spec: BaseSpec): Decoder => {
  const pasts = session.inputMetadata.filter(({ name }) => PAST.test(name)).map((input) => readPast(input, spec.id))
  const foreign = session.inputNames.find((name) => !INPUTS.includes(name) && !PAST.test(name))
  const missing = ['logits', ...pasts.map(({ present }) => present)].find((name) => !session.outputNames.includes(name))
  if (foreign !== undefined) throw invalid(spec.id, `wants the input "${foreign.slice(0, 100)}"`)
  if (!pasts.length) throw invalid(spec.id, 'takes no past_key_values')
  if (missing !== undefined) throw invalid(spec.id, `has no output "${missing}"`)

  const int64 = (name: string, values: BigInt64Array): [string, Tensor][] =>
    session.inputNames.includes(name) ? [[name, new runtime.Tensor('int64', values, [1, values.length])]] : []
  return {
    kvBytesPerToken: pasts.reduce((sum, { heads, width, bytes }) => sum + heads * width * bytes, 0),
    open() {
      const past = pasts.map(({ name, type, heads, width }): [string, Tensor] => [
        name,
        new runtime.Tensor(type, type === 'float16' ? new Uint16Array() : new Float32Array(), [1, heads, 0, width]),
      ])
      const cache: Cache = {
        tokens: 0,
        past: Object.fromEntries(past),
        [Symbol.dispose]() {
          for (const tensor of Object.values(this.past)) tensor.dispose()
          this.past = {}
        },
      }
      return cache
    },
    async read(opened, tokens) {
      const cache = opened as Cache
      const positions = BigInt64Array.from(tokens, (_, i) => BigInt(cache.tokens + i))
      const feeds = Object.fromEntries([
        ...int64('input_ids', BigInt64Array.from(tokens, BigInt)),
        ...int64('attention_mask', new BigInt64Array(cache.tokens + tokens.length).fill(1n)),
        ...int64('position_ids', positions),
        ...Object.entries(cache.past),
      ])
      const result = await session.run(feeds).catch((cause: unknown) => {
        throw runFailure(spec, `failed on ${tokens.length} tokens behind ${cache.tokens}`, cause)
      })
      const { logits } = result
      for (const { name, present } of pasts) {
        cache.past[name]!.dispose()
        cache.past[name] = result[present]!
      }
      cache.tokens += tokens.length
      const last = lastRow(logits!, spec.id)
      logits!.dispose()
      return last
    },
  }
}

interface Past {
  name: string
  present: string
  type: 'float32' | 'float16'
  heads: number
  width: number
  /** Of one number. */
  bytes: number
}

const readPast = (input: InferenceSession.ValueMetadata, id: string): Past => {
  if (!input.isTensor) throw invalid(id, `takes no tensor as ${input.name}`)
  const [, heads, , width] = input.shape
  const isKnown = input.type === 'float32' || input.type === 'float16'
  if (input.shape.length !== 4 || typeof heads !== 'number' || typeof width !== 'number' || !isKnown)
    throw invalid(id, `takes ${input.type}[${input.shape.join(', ')}] as ${input.name}`)
  const present = input.name.replace('past_key_values', 'present')
  return {
    name: input.name,
    present,
    type: input.type,
    heads,
    width,
    bytes: input.type === 'float32' ? 4 : 2,
  }
}

/** A copy: the tensor's own memory is freed. */
const lastRow = (logits: Tensor, id: string): Float32Array => {
  const floats = readFloats(logits)
  const [, rows, size] = logits.dims
  if (!floats || logits.dims.length !== 3 || !rows || !size)
    throw invalid(id, `gives ${logits.type}[${logits.dims.join(', ')}] as logits`)
  const last = floats.slice((rows - 1) * size, rows * size)
  if (!last.every((logit) => !Number.isNaN(logit)))
    throw new RtError({
      code: 'model_output',
      message: `the model ${id} gave a logit that is no number.`,
      hint: 'Check that the model file is whole.',
    })
  return last
}

const invalid = (id: string, what: string): RtError =>
  new RtError({
    code: 'model_invalid',
    message: `the model ${id} ${what}, unlike a decoder with a key-value cache.`,
    hint: 'Export it for text-generation-with-past (optimum), not merged.',
  })
