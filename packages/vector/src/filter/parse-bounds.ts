import type { DatetimeRange } from '@rt/core'
import { parseDatetime } from './datetime.ts'
import type { Bounds, FieldPath, FilterNode } from './filter-node.ts'
import { invalid, isObject, show } from './filter-values.ts'

const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const
export const isBound = (name: string): boolean => (BOUNDS as readonly string[]).includes(name)

/** One node for the numbers, one for the texts: a field that must be both matches nothing, as it should. */
export const parseBounds = (key: string, path: FieldPath, conditions: Record<string, unknown>): FilterNode[] => {
  const numbers: Bounds<number> = {}
  const texts: Bounds<string> = {}
  for (const name of BOUNDS) {
    const value = conditions[name]
    if (value === undefined && !(name in conditions)) continue
    if (typeof value === 'number' && Number.isFinite(value)) numbers[name] = value
    else if (typeof value === 'string') texts[name] = value
    else
      throw invalid(
        `filter ${JSON.stringify(key)}: ${name} takes a number or a text, not ${show(value)}.`,
        value instanceof Date ? `Dates are compared by { datetime: { ${name}: … } }.` : undefined,
      )
  }
  return [
    ...(Object.keys(numbers).length ? [{ op: 'number', path, bounds: numbers } as const] : []),
    ...(Object.keys(texts).length ? [{ op: 'text', path, bounds: texts } as const] : []),
  ]
}

export const parseRange = (name: string, value: unknown): Bounds<number> => {
  const keys = isObject(value) ? Object.keys(value) : []
  if (!keys.length || !keys.every(isBound))
    throw invalid(
      `${name} takes an object of gt, gte, lt, lte, not ${show(value)}.`,
      '{ datetime: { gte: "2026-01-01" } }',
    )
  return Object.fromEntries(
    Object.entries(value as DatetimeRange).map(([bound, at]: [string, unknown]) => {
      const time = at instanceof Date ? at.getTime() : typeof at === 'string' ? parseDatetime(at) : undefined
      if (time === undefined || Number.isNaN(time))
        throw invalid(
          `${name}.${bound} takes a Date or a text like 2026-01-31 or 2026-01-31T09:30:00Z, not ${show(at)}.`,
        )
      return [bound, time]
    }),
  )
}
