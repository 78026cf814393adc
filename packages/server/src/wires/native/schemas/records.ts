import type { MetadataUpdate, VectorFilter } from '@rt/core'
import * as z from 'zod'
import { filter, jsonObject } from './primitives.ts'

const ids = z.array(z.string().min(1)).max(100_000)
/** Of vectors in an answer: base64 (true), numbers, or none. */
const vectors = z.union([z.boolean(), z.literal('numbers')]).optional()
export type Vectors = boolean | 'numbers' | undefined

export const newRecordsSchema: z.ZodType<{ records: unknown[] }> = z.strictObject({ records: z.array(z.unknown()) })

export const getRecordsSchema: z.ZodType<{ ids: string[]; vectors?: Vectors }> = z.strictObject({ ids, vectors })

export const updateRecordsSchema: z.ZodType<{ changes: MetadataUpdate[] }> = z.strictObject({
  changes: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        set: jsonObject.optional(),
        remove: z.array(z.string()).optional(),
      }),
    )
    .max(100_000),
})

/** Not a union: what is wrong with one that has both, or neither, would be said in terms of types. */
export const deleteRecordsSchema: z.ZodType<{ ids: string[] } | { filter: VectorFilter }> = z
  .strictObject({ ids: ids.optional(), filter: filter.optional() })
  .refine((which) => !which.ids || !which.filter, 'give ids or a filter, not both')
  .refine((which) => which.ids || which.filter, 'give ids or a filter')
  .transform((which) => (which.ids ? { ids: which.ids } : { filter: which.filter! }))

export const countSchema: z.ZodType<{ filter?: VectorFilter | undefined }> = z.strictObject({
  filter: filter.optional(),
})

export const scrollSchema: z.ZodType<{
  filter?: VectorFilter | undefined
  limit?: number
  after?: string
  vectors?: Vectors
}> = z.strictObject({
  filter: filter.optional(),
  limit: z.int().min(1).max(10_000).optional(),
  after: z.string().optional(),
  vectors,
})

export const exportSchema: z.ZodType<{ filter?: VectorFilter | undefined; vectors?: Vectors }> = z.strictObject({
  filter: filter.optional(),
  vectors,
})
