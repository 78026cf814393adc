import type { JsonObject, JsonValue, PrivacyLabel, VectorFilter } from '@rt/core'
import * as z from 'zod'

const anObject = <T>(): z.ZodType<T> =>
  z.custom<T>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'Invalid input: expected object',
  )
export const jsonObject: z.ZodType<JsonObject> = anObject()
export const json: z.ZodType<JsonValue> = z.custom<JsonValue>(
  (value) => value !== undefined,
  'Invalid input: expected a value',
)
export const count: z.ZodInt = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
export const plain: z.ZodString = z.string().regex(/^[^\p{Cc}]*$/u, 'control characters are not allowed')

/** Names a thread, a collection, a key. */
export const label: z.ZodString = plain.min(1).max(200)
/** Of messages and documents. */
export const privacy: z.ZodType<PrivacyLabel | undefined> = z.literal('local-only').optional()
/** The server's own working folder means nothing to whoever asks. */
export const absolutePath: z.ZodString = plain
  .min(1)
  .max(4096)
  .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'expected an absolute path')
/** What is in it is checked by the store. */
export const filter: z.ZodType<VectorFilter> = anObject()
