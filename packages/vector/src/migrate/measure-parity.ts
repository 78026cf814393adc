import type { EmbeddingModel, VectorCollection, VectorRecord } from '@rt/core'
import { pagesOf } from '../driver-kit/pages-of.ts'
import type { Parity } from './types.ts'

const SAMPLES = 64
/** Place up to which a record counts as found. */
const TOP = 10
/** What the new embedder may find less: with 64 samples, three of them. */
const TOLERANCE = 0.05
/** Words of a query made from a text. */
const WORDS = 12

/**
 * Known-item search: of sampled records some words from the middle are the query, and the record itself is what has to be
 * found among the first ten, by meaning alone, before and after.
 */
export const measureParity = async ({
  old,
  next,
  from,
  to,
  textOf,
  signal,
}: {
  old: VectorCollection
  next: VectorCollection
  from: EmbeddingModel | undefined
  to: EmbeddingModel
  /** Undefined for what must not be embedded: it is no sample either. */
  textOf: (record: VectorRecord) => string | undefined
  signal?: AbortSignal | undefined
}): Promise<Parity> => {
  const samples = (await sample(next, textOf, signal)).map(({ id, text }) => ({ id, query: middleOf(text!) }))
  if (!samples.length) return { before: undefined, after: 1, samples: 0, reached: true }
  const rate = async (collection: VectorCollection, model: EmbeddingModel): Promise<number> => {
    const { vectors } = await model.embed(
      samples.map(({ query }) => query),
      { kind: 'query', signal },
    )
    let found = 0
    for (const [index, { id }] of samples.entries()) {
      const hits = await collection.search({ vector: vectors[index]!, mode: 'dense', k: TOP }, { signal })
      if (hits.some((hit) => hit.id === id)) found++
    }
    return found / samples.length
  }
  const after = await rate(next, to)
  const before = from && (await rate(old, from))
  return { before, after, samples: samples.length, reached: before === undefined || after >= before - TOLERANCE }
}

/** Records with a text, evenly over the collection. */
const sample = async (
  collection: VectorCollection,
  textOf: (record: VectorRecord) => string | undefined,
  signal: AbortSignal | undefined,
): Promise<VectorRecord[]> => {
  const step = Math.max(1, Math.floor((await collection.count({ signal })) / SAMPLES))
  const chosen: VectorRecord[] = []
  let at = 0
  for await (const page of pagesOf(collection, { vectors: false, signal })) {
    for (const record of page) if (at++ % step === 0 && record.text && textOf(record)) chosen.push(record)
    if (chosen.length >= SAMPLES) break
  }
  return chosen.slice(0, SAMPLES)
}

const middleOf = (text: string): string => {
  const words = text.split(/\s+/).filter(Boolean)
  // A script without spaces is one word.
  if (words.length < 3) return [...text].slice(0, 40).join('')
  const start = Math.max(0, Math.floor((words.length - WORDS) / 2))
  return words.slice(start, start + WORDS).join(' ')
}
