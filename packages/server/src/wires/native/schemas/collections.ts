import type { CallOptions, CollectionOptions, CollectionStamp, MigrateCollectionOptions, MoveOptions } from '@rt/core'
import * as z from 'zod'
import { label, plain } from './primitives.ts'

export const newCollectionSchema: z.ZodType<{
  name: string
  stamp?: CollectionStamp
  options?: CollectionOptions
}> = z.strictObject({
  name: label,
  stamp: z
    .strictObject({
      dimensions: z.int().min(1).max(65_536),
      metric: z.enum(['cosine', 'dot', 'l2']),
      fingerprint: z.string().min(1).max(1024),
    })
    .optional(),
  options: z
    .strictObject({
      tokenizer: z.enum(['porter', 'unicode61', 'trigram']).optional(),
      ttl: z.int().min(1).optional(),
      index: z.enum(['auto', 'flat', 'usearch', 'hnsw']).optional(),
      recall: z.number().gt(0).max(1).optional(),
    })
    .optional(),
})

export const aliasSchema: z.ZodType<{ changes: Record<string, string | null> }> = z.strictObject({
  changes: z.record(label, z.union([label, z.null()])),
})

const place = z.strictObject({
  store: z.enum(['sqlite', 'lancedb', 'pgvector', 'qdrant']),
  url: plain.min(1).max(4096).optional(),
  apiKey: z.string().min(1).max(4096).optional(),
})

export const moveSchema: z.ZodType<Omit<MoveOptions, 'onProgress' | keyof CallOptions>> = z.strictObject({
  to: place.optional(),
  from: place.optional(),
  keep: z.boolean().optional(),
  resume: z.boolean().optional(),
})

export const migrateSchema: z.ZodType<Pick<MigrateCollectionOptions, 'force'>> = z.strictObject({
  force: z.boolean().optional(),
})
