import type { CallOptions, CollectionQuery, SearchOptions } from '@rt/core'
import * as z from 'zod'
import { filter, label, privacy } from './primitives.ts'

const raw = z.number().optional()
/** How a search is done, alike for passages and for records. */
const tuning = {
  mode: z.enum(['dense', 'keyword', 'hybrid']).optional(),
  filter: filter.optional(),
  words: z.enum(['any', 'all', 'phrase', 'prefix']).optional(),
  fusion: z.enum(['min-max', 'rrf']).optional(),
  weights: z.strictObject({ keyword: z.number().min(0), dense: z.number().min(0) }).optional(),
  threshold: z.strictObject({ cosine: raw, dot: raw, distance: raw, bm25: raw, rerank: raw }).optional(),
  mmr: z
    .strictObject({
      lambda: z.number().min(0).max(1).optional(),
      candidates: z.int().min(1).max(10_000).optional(),
    })
    .optional(),
  group: z.strictObject({ by: z.string().min(1).max(1024), size: z.int().min(1).max(10_000).optional() }).optional(),
  explain: z.boolean().optional(),
  exact: z.boolean().optional(),
  rerank: z
    .strictObject({
      model: z.string().min(1).max(4096).optional(),
      candidates: z.int().min(1).max(10_000).optional(),
    })
    .optional(),
}

export const searchSchema: z.ZodType<{ query: string } & Omit<SearchOptions, keyof CallOptions>> = z.strictObject({
  query: z.string(),
  k: z.int().min(1).max(1000).optional(),
  collection: label.optional(),
  label: privacy,
  ...tuning,
})

/** Its numbers are checked where it is decoded: a schema for each of a thousand would take longer than the search. */
const vector = z.custom<string | number[]>(
  (value) => typeof value === 'string' || Array.isArray(value),
  'Invalid input: expected a list of numbers, or base64',
)

export const collectionSearchSchema: z.ZodType<
  Omit<CollectionQuery, 'vector'> & { vector?: string | number[] | undefined }
> = z.strictObject({
  vector: vector.optional(),
  text: z.string().optional(),
  k: z.int().min(1).max(10_000).optional(),
  ...tuning,
})
