import { type JsonValue, RtError } from '@rt/core'
import { canonicalJson } from '../driver-kit/canonical-json.ts'

export const json = (key: string, value: unknown): JsonValue => {
  try {
    canonicalJson(value)
    return value as JsonValue
  } catch (cause) {
    if (!RtError.isInstance(cause)) throw cause
    const hint = value instanceof Date ? 'Dates are compared by { datetime: { gte: … } }.' : undefined
    throw new RtError({
      code: 'invalid_request',
      message: `filter ${JSON.stringify(key)}: ${cause.message}.`,
      hint,
      cause,
    })
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

export const show = (value: unknown): string =>
  value instanceof Date ? 'a Date' : (JSON.stringify(value) ?? String(value)).slice(0, 80)

export const invalid = (message: string, hint?: string): RtError =>
  new RtError({ code: 'invalid_request', message, hint })
