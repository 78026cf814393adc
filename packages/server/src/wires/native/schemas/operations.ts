import type { KeyScope, PrivacyLabel } from '@rt/core'
import * as z from 'zod'
import { absolutePath, count, label, privacy } from './primitives.ts'

export const ingestSchema: z.ZodType<{ paths: string[]; prune?: boolean; label?: PrivacyLabel }> = z.strictObject({
  paths: z.array(absolutePath).min(1).max(10_000),
  prune: z.boolean().optional(),
  label: privacy,
})

export const rerankSchema: z.ZodType<{
  query: string
  documents: string[]
  model?: string
  topK?: number
  label?: PrivacyLabel
}> = z.strictObject({
  query: z.string(),
  documents: z.array(z.string()).max(10_000),
  model: z.string().min(1).max(4096).optional(),
  topK: count.optional(),
  label: privacy,
})

export const forgetSchema: z.ZodType<{ source: string; collection?: string }> = z.strictObject({
  source: z.string().min(1).max(4096),
  collection: label.optional(),
})

export const newKeySchema: z.ZodType<{ name: string; scope: KeyScope }> = z.strictObject({
  name: label,
  scope: z.enum(['chat', 'admin']),
})

export const unloadSchema: z.ZodType<{ model: string }> = z.strictObject({ model: z.string().min(1).max(4096) })

export const backupSchema: z.ZodType<{ path: string }> = z.strictObject({ path: absolutePath })

export const traceListSchema: z.ZodType<{ limit?: number }> = z.strictObject({
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
})

export const costSchema: z.ZodType<{ days?: number }> = z.strictObject({
  days: z.coerce.number().int().min(1).max(36_500).optional(),
})
