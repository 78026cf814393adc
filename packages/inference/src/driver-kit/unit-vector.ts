import { RtError } from '@rt/core'

/**
 * A vector of an API at unit length.
 *
 * @throws RtError `provider_error` for another dimension or what is no number; the models' stamp depends on it.
 */
export const unitVector = (
  values: ArrayLike<number>,
  { id, dimensions }: { id: string; dimensions: number },
): Float32Array => {
  if (values.length !== dimensions)
    throw new RtError({
      code: 'provider_error',
      retryable: false,
      message: `${id} gave a vector of ${values.length} numbers where ${dimensions} are configured.`,
      hint: `set the dimensions of ${id} to ${values.length} and index again.`,
    })
  const vector = Float32Array.from(values)
  const norm = Math.hypot(...vector)
  if (!Number.isFinite(norm) || norm === 0)
    throw new RtError({
      code: 'provider_error',
      retryable: false,
      message: `${id} gave a vector ${norm === 0 ? 'of zeros' : 'with a value that is no number'}.`,
    })
  return vector.map((value) => value / norm)
}
