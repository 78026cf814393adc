import { type CollectionStamp, type Metric, RtError } from '@rt/core'

/** A row of `vector_collections`. */
export interface CollectionRow {
  id: number
  name: string
  version: number
  dimensions: number | null
  metric: Metric | null
  fingerprint: string | null
}

/** Longest name of a collection, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 256

/** @throws RtError `invalid_request` */
export const checkName = (name: string): void => {
  const valid = typeof name === 'string' && name !== '' && name.isWellFormed() && !name.includes('\0')
  if (valid && Buffer.byteLength(name) <= MAX_NAME_BYTES) return
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(String(name).slice(0, 40))} cannot name a collection.`,
    hint: `Use 1 to ${MAX_NAME_BYTES} bytes of text without NUL.`,
  })
}

/** What vectors can be compared by. */
export const METRICS: readonly Metric[] = ['cosine', 'dot', 'l2']

/** @throws RtError `invalid_request`, `unsupported`. */
export const checkStamp = ({ dimensions, metric, fingerprint }: CollectionStamp): void => {
  if (!METRICS.includes(metric))
    throw new RtError({
      code: 'unsupported',
      message: `this store does not know the metric ${JSON.stringify(metric)}.`,
      hint: `It knows ${METRICS.join(', ')}.`,
    })
  const wrong =
    (!(Number.isInteger(dimensions) && dimensions > 0) && `dimensions ${dimensions}`) ||
    ((typeof fingerprint !== 'string' || fingerprint === '') && 'an empty fingerprint')
  if (!wrong) return
  throw new RtError({
    code: 'invalid_request',
    message: `the stamp has ${wrong}.`,
    hint: 'Give { dimensions, metric, fingerprint } of the embedding model.',
  })
}

/** The stamp of a collection; undefined until one was given. */
export const stampOf = ({ dimensions, metric, fingerprint }: CollectionRow): CollectionStamp | undefined =>
  dimensions === null || metric === null || fingerprint === null ? undefined : { dimensions, metric, fingerprint }

/**
 * Whether the collection has still to take over the stamp.
 *
 * @throws RtError `stamp_mismatch` when it was made with another one.
 */
export const lacksStamp = (row: CollectionRow, stamp: CollectionStamp): boolean => {
  const differences = (['dimensions', 'metric', 'fingerprint'] as const).filter(
    (field) => row[field] !== null && row[field] !== stamp[field],
  )
  if (!differences.length) return row.fingerprint === null
  const { dimensions, metric, fingerprint } = row
  throw new RtError({
    code: 'stamp_mismatch',
    message: `collection "${row.name}" ${differences.map((field) => `has ${field} ${row[field]}, asked for was ${stamp[field]}`).join('; ')}.`,
    hint: `Open it with the embedding model it was made with, or migrate: ingest the sources into a new collection with the new model, then drop("${row.name}").`,
    data: { collection: row.name, stored: { dimensions, metric, fingerprint }, given: { ...stamp } },
  })
}

export const noCollection = (name: string): RtError =>
  new RtError({
    code: 'not_found',
    message: `there is no collection "${name}" (any more).`,
    hint: 'list() names the ones there are; collection(name) makes one.',
  })
