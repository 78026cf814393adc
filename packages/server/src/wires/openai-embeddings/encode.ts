import type { Embeddings } from '@rt/core'
import { invalidField } from '../../errors/error-response.ts'
import type { DecodedEmbeddings } from './decode.ts'

/**
 * Vectors as OpenAI's list.
 *
 * @throws RtError `invalid_request` when another number of dimensions was asked for.
 */
export const encodeEmbeddings = (
  { vectors, tokens, truncated, model }: Embeddings & { model: string },
  { base64, dimensions, warnings }: Pick<DecodedEmbeddings, 'base64' | 'dimensions' | 'warnings'>,
): Record<string, unknown> => {
  const own = vectors[0]?.length
  if (dimensions !== undefined && dimensions !== own)
    throw invalidField('dimensions', `${model} makes ${own} dimensions, not ${dimensions}.`, 'Leave dimensions out.')
  const cut = truncated.map((index) => ({
    id: 'input_truncated',
    message: `input[${index}] is longer than ${model} reads and was cut`,
  }))
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: base64 ? toBase64(vector) : Array.from(vector),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    rt: { warnings: [...warnings, ...cut] },
  }
}

/** Little-endian float32, whatever the machine. */
const toBase64 = (vector: Float32Array): string => {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  vector.forEach((value, i) => view.setFloat32(i * 4, value, true))
  let binary = ''
  // In pieces: a call takes a limited number of arguments.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(binary)
}
