import type { Path } from './locate-keys.ts'

export interface Resolved {
  /** The same tables with `env:NAME` replaced; what is missing stays as it is written. */
  value: unknown
  missing: { path: Path; variable: string }[]
}

const VARIABLE = /^env:(\S*)$/

/** Replaces every text `env:NAME` by that environment variable; an empty one counts as missing. */
export const resolveVariables = (value: unknown, env: Record<string, string | undefined>): Resolved => {
  const missing: Resolved['missing'] = []
  const resolve = (item: unknown, path: Path): unknown => {
    if (typeof item === 'string') {
      const variable = VARIABLE.exec(item)?.[1]
      if (variable === undefined) return item
      if (!env[variable]) missing.push({ path, variable })
      return env[variable] || item
    }
    if (Array.isArray(item)) return item.map((one, index) => resolve(one, [...path, index]))
    if (typeof item !== 'object' || item === null || item instanceof Date) return item
    return Object.fromEntries(Object.entries(item).map(([key, one]) => [key, resolve(one, [...path, key])]))
  }
  return { value: resolve(value, []), missing }
}

/** Whether a value is written as `env:NAME`. */
export const isVariable = (value: unknown): value is string => typeof value === 'string' && VARIABLE.test(value)
