import { createHash } from 'node:crypto'
import { createSecretId, type Embeddings, RtError } from '@rt/core'
import { sha256File } from '@rt/node/files'
import { checkPooling } from '../../driver-kit/pooling.ts'
import { unitVector } from '../../driver-kit/unit-vector.ts'
import { checkNumber } from './sampling.ts'
import { openVectorModel, type VectorHost } from './vector-handle.ts'
import type { EmbedResult, GgufEmbedder, GgufEmbedderOptions } from './vector-options.ts'

/** Texts of one message to the child: bounds its size. */
const GROUP = 64

export const loadEmbedder = async (
  host: VectorHost,
  options: GgufEmbedderOptions & { threads?: number | undefined },
  signal?: AbortSignal,
): Promise<GgufEmbedder> => {
  const { id, path, stamp, pooling, maxTokens, prefixes = {}, cutTo, threads } = options
  if (pooling !== undefined) checkPooling(id, pooling)
  if (cutTo !== undefined) checkNumber('cutTo', cutTo, { low: 1, high: 2 ** 24, whole: true })
  const model = await openVectorModel(
    host,
    {
      task: 'embed',
      key: createSecretId(),
      id,
      path,
      stamp,
      ...(pooling && { pooling }),
      ...(maxTokens !== undefined && { maxTokens }),
      threads,
    },
    signal,
  )
  try {
    const { dimensions } = model.info
    checkDimensions(options, dimensions)
    // Behind loading, which says better what is wrong with a file.
    const sha256 = options.sha256 ?? (await sha256File(path, signal && { signal }))
    const size = cutTo ?? dimensions
    return {
      id,
      local: true,
      fingerprint: fingerprintOf([
        'gguf',
        sha256,
        pooling ?? 'file',
        model.info.maxTokens,
        prefixes.query ?? '',
        prefixes.document ?? '',
        size,
      ]),
      dimensions: size,
      maxTokens: model.info.maxTokens,
      ...(options.relatedCosine !== undefined && { relatedCosine: options.relatedCosine }),
      embed: (texts, { kind = 'document', signal: stop } = {}) =>
        model.request(async (call) => {
          const all: Embeddings = { vectors: [], tokens: 0, truncated: [] }
          for (let first = 0; first < texts.length; first += GROUP) {
            const group = texts.slice(first, first + GROUP).map((text) => `${prefixes[kind] ?? ''}${text}`)
            const { vectors, tokens, truncated } = await call<EmbedResult>('embed', { texts: group })
            for (const vector of vectors)
              all.vectors.push(unitVector(fromBase64(vector).subarray(0, size), { id, dimensions: size }))
            all.tokens += tokens
            all.truncated.push(...truncated.map((index) => first + index))
          }
          return all
        }, stop),
      state: () => model.state(),
      [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
    }
  } catch (error) {
    await model[Symbol.asyncDispose]()
    throw error
  }
}

const checkDimensions = ({ id, dimensions = 0, cutTo = 0 }: GgufEmbedderOptions, found: number): void => {
  if (dimensions && dimensions !== found)
    throw new RtError({
      code: 'model_invalid',
      message: `the embedding model "${id}" gives vectors of ${found} dimensions instead of ${dimensions}.`,
      hint: 'Check dimensions and the file it was loaded from, or fetch it again: rt pull <name>.',
    })
  if (cutTo > found)
    throw new RtError({
      code: 'invalid_request',
      message: `cutTo of "${id}" is ${cutTo}, and its vectors have ${found} dimensions.`,
      hint: 'Leave it out to keep all.',
      data: { field: 'cutTo' },
    })
}

const fromBase64 = (text: string): Float32Array => {
  // A copy: bytes of a small Buffer begin anywhere in a shared one.
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Float32Array(bytes.buffer)
}

const fingerprintOf = (parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
