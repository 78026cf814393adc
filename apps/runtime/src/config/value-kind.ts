/**
 * What a value may be: plain data, from which schema.ts makes zod for config.toml, while variables and options are checked
 * here, without loading zod.
 */
export type ValueKind =
  | { type: 'text'; pattern?: RegExp; expects: string }
  | { type: 'integer'; min: number; max: number }
  | { type: 'share'; min: number; max: number }
  | { type: 'switch' }
  /** One of a few words. */
  | { type: 'choice'; values: readonly string[] }
  /** One name or several in order; `off`: false instead of any. */
  | { type: 'models'; off: boolean }
  | { type: 'list'; each: RegExp; of: string }

/** What a value must be, for "must be …". */
export const expects = (kind: ValueKind): string => {
  switch (kind.type) {
    case 'text':
      return kind.expects
    case 'integer':
      return `a whole number from ${kind.min} to ${kind.max}`
    case 'share':
      return `a share from ${percent(kind.min)} to ${percent(kind.max)}, as "75%" or 0.75`
    case 'switch':
      return 'true or false'
    case 'choice':
      return `one of ${kind.values.map((value) => `"${value}"`).join(', ')}`
    case 'models':
      return `a model's name, or a list of names tried in order${kind.off ? ', or false' : ''}`
    case 'list':
      return `a list of ${kind.of}`
  }
}

/** A value of config.toml or of an option in the one form the runtime uses; undefined when it is not of the kind. */
export const checkValue = (kind: ValueKind, value: unknown): unknown => {
  switch (kind.type) {
    case 'text':
      return typeof value === 'string' && (kind.pattern?.test(value) ?? true) ? value : undefined
    case 'integer':
      return Number.isInteger(value) && within(value as number, kind) ? value : undefined
    case 'share': {
      const share = typeof value === 'string' ? fromPercent(value) : value
      return typeof share === 'number' && within(share, kind) ? share : undefined
    }
    case 'switch':
      return typeof value === 'boolean' ? value : undefined
    case 'choice':
      return typeof value === 'string' && kind.values.includes(value) ? value : undefined
    case 'models': {
      if (value === false) return kind.off ? false : undefined
      const names = typeof value === 'string' ? [value] : value
      return isList(names, /\S/) && names.length > 0 ? names : undefined
    }
    case 'list':
      return isList(value, kind.each) ? value : undefined
  }
}

/** The same of an environment variable's text: lists have commas, `none` is the empty one. */
export const parseValue = (kind: ValueKind, written: string): unknown => {
  const text = written.trim()
  switch (kind.type) {
    case 'text':
      return checkValue(kind, written)
    case 'choice':
      return checkValue(kind, text)
    case 'integer':
      return checkValue(kind, /^\d+$/.test(text) ? Number(text) : undefined)
    case 'share':
      return checkValue(kind, text.endsWith('%') ? text : Number(text || Number.NaN))
    case 'switch':
      return SWITCHES[text.toLowerCase()]
    case 'models':
      return checkValue(kind, kind.off && isOff(text) ? false : split(text))
    case 'list':
      return checkValue(kind, isOff(text) ? [] : split(text))
  }
}

const SWITCHES: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
}

const isOff = (text: string): boolean => /^(none|false|off)$/i.test(text)

const split = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const isList = (value: unknown, each: RegExp): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && each.test(item))

const within = (value: number, { min, max }: { min: number; max: number }): boolean => value >= min && value <= max

const fromPercent = (text: string): number =>
  /^\d{1,3}(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : Number.NaN

const percent = (share: number): string => `${Math.round(share * 100)}%`
