import { stat } from 'node:fs/promises'
import { RtError, throwIfAborted } from '@rt/core'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { OnnxRuntime } from './load-runtime.ts'
import { planBatches } from './plan-batches.ts'
import { pool } from './pool.ts'
import type { EmbedderSpec, EmbedResult } from './protocol.ts'
import { type EncodedText, loadTextEncoder, type TextEncoder } from './text-encoder.ts'

/** One loaded model in the child. */
export interface EmbedderSession {
  /** The signal is looked at between batches: a run itself cannot be stopped. */
  embed(texts: string[], signal?: AbortSignal): Promise<EmbedResult>
  /** Frees the weights once running calls have ended. */
  release(): Promise<void>
  /** Of the model file. */
  readonly weightsBytes: number
}

/**
 * @throws RtError `model_unavailable` when a file is missing, `model_invalid` when the model is damaged, wants other
 * inputs than a text encoder or has other dimensions than stated.
 */
export const loadEmbedderSession = async (runtime: OnnxRuntime, spec: EmbedderSpec): Promise<EmbedderSession> => {
  const [encoder, { session, weightsBytes }] = await Promise.all([
    loadTextEncoder(spec.tokenizerPath, spec.maxTokens, spec.id),
    createSession(runtime, spec),
  ])
  const running = new Set<Promise<EmbedResult>>()
  const embed = (texts: string[], signal?: AbortSignal): Promise<EmbedResult> =>
    embedAll({ runtime, session, encoder, spec }, texts, signal)
  try {
    // A first run tells whether the dimensions are right, and fills the caches.
    await embed([''])
  } catch (error) {
    await session.release()
    throw error
  }
  return {
    weightsBytes,
    async embed(texts, signal) {
      const work = embed(texts, signal)
      running.add(work)
      return work.finally(() => running.delete(work))
    },
    async release() {
      await Promise.allSettled(running)
      await session.release()
    },
  }
}

interface Loaded {
  runtime: OnnxRuntime
  session: InferenceSession
  encoder: TextEncoder
  spec: EmbedderSpec
}

const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids']

const createSession = async (
  runtime: OnnxRuntime,
  { id, modelPath, threads }: EmbedderSpec,
): Promise<{ session: InferenceSession; weightsBytes: number }> => {
  const { size: weightsBytes } = await stat(modelPath).catch((cause: unknown) => {
    throw new RtError({
      code: 'model_unavailable',
      message: `the model file of ${id} cannot be read.`,
      hint: 'Fetch the model again: rt pull <name>.',
      cause,
    })
  })
  const session = await runtime.InferenceSession.create(modelPath, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // What goes wrong becomes an RtError; the library's own lines on stderr are for nobody.
    logSeverityLevel: 4,
    // Threads that spin while they wait take the core from the decoder beside them.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch((cause: unknown) => {
    throw invalid(id, 'is damaged or no ONNX model', cause)
  })
  const foreign = session.inputNames.find((name) => !INPUTS.includes(name))
  if (foreign === undefined) return { session, weightsBytes }
  await session.release()
  throw invalid(id, `wants the input "${foreign}", which a text embedding model does not have`)
}

const embedAll = async (loaded: Loaded, texts: string[], signal: AbortSignal | undefined): Promise<EmbedResult> => {
  const { encoder, spec } = loaded
  const encoded = texts.map((text) => encoder.encode(text))
  const vectors = new Float32Array(texts.length * spec.dimensions)
  for (const batch of planBatches(encoded.map(({ ids }) => ids.length))) {
    throwIfAborted(signal)
    const hidden = await runBatch(
      loaded,
      batch.map((index) => encoded[index]!),
    )
    const width = hidden.dims[1]!
    batch.forEach((index, row) => {
      const target = vectors.subarray(index * spec.dimensions, (index + 1) * spec.dimensions)
      pool(target, { ...spec, hidden: hidden.data as Float32Array, width, row, length: encoded[index]!.ids.length })
    })
    hidden.dispose()
  }
  return {
    vectors,
    tokens: encoded.reduce((sum, { ids }) => sum + ids.length, 0),
    truncated: encoded.flatMap(({ truncated }, index) => (truncated ? [index] : [])),
  }
}

/** One run: right-padded ids in, the last hidden state `[texts, tokens, dimensions]` out. */
const runBatch = async ({ runtime, session, encoder, spec }: Loaded, texts: EncodedText[]): Promise<Tensor> => {
  const width = Math.max(...texts.map(({ ids }) => ids.length))
  const shape = [texts.length, width]
  const ids = new BigInt64Array(texts.length * width).fill(BigInt(encoder.padId))
  const mask = new BigInt64Array(texts.length * width)
  texts.forEach((text, row) => {
    text.ids.forEach((id, column) => (ids[row * width + column] = BigInt(id)))
    mask.fill(1n, row * width, row * width + text.ids.length)
  })
  const values: Record<string, BigInt64Array> = {
    input_ids: ids,
    attention_mask: mask,
    token_type_ids: new BigInt64Array(mask.length),
  }
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => [name, new runtime.Tensor('int64', values[name]!, shape)]),
  )
  const output = session.outputNames.includes('last_hidden_state') ? 'last_hidden_state' : session.outputNames[0]!
  const result = await session.run(feeds, [output]).catch((cause: unknown) => {
    throw invalid(spec.id, `failed on ${texts.length} texts of ${width} tokens (maxTokens is ${spec.maxTokens})`, cause)
  })
  const hidden = result[output]!
  const [, , dimensions] = hidden.dims
  if (hidden.type !== 'float32' || hidden.dims.length !== 3 || dimensions !== spec.dimensions)
    throw invalid(
      spec.id,
      `gives ${hidden.type}[${hidden.dims.join(', ')}] instead of vectors of ${spec.dimensions} dimensions`,
    )
  return hidden
}

const invalid = (id: string, what: string, cause?: unknown): RtError =>
  new RtError({
    code: 'model_invalid',
    message: `the embedding model ${id} ${what}.`,
    hint: 'Check dimensions, maxTokens and the files it was loaded from, or fetch it again: rt pull <name>.',
    cause,
  })
