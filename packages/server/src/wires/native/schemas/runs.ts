import type { CallDecision, Principal, RunStatus } from '@rt/core'
import * as z from 'zod'
import { label } from './primitives.ts'

const principal = label.optional()
const call = z.string().min(1).max(1000)
const hash = z.string().min(1).max(200)

export const runSchema: z.ZodType<{ principal?: Principal }> = z.strictObject({ principal })

export const runListSchema: z.ZodType<{
  principal?: Principal
  status?: RunStatus
  thread?: string
  limit?: number
}> = z.strictObject({
  principal,
  status: z.enum(['running', 'waiting', 'finished', 'failed', 'cancelled']).optional(),
  thread: label.optional(),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
})

export const runStreamSchema: z.ZodType<{ principal?: Principal; after?: number }> = z.strictObject({
  principal,
  after: z.coerce.number().int().min(0).optional(),
})

export const runApproveSchema: z.ZodType<CallDecision & { principal?: Principal }> = z.strictObject({
  principal,
  call,
  hash,
})

export const runDenySchema: z.ZodType<CallDecision & { reason?: string; principal?: Principal }> = z.strictObject({
  principal,
  call,
  hash,
  reason: z.string().max(2000).optional(),
})
