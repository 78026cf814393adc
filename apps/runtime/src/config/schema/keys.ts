import * as z from 'zod'
import { DURATION, isDuration } from '../duration.ts'
import { isVariable } from '../resolve-variables.ts'
import { SETTINGS } from '../settings-table.ts'
import { expects, type ValueKind } from '../value-kind.ts'
import { type Note, noted } from './note.ts'

type About = Omit<Note, 'expects'>

/** `env:NAME` stands for text of any pattern. */
const orVariable = (pattern: RegExp): RegExp =>
  new RegExp(`^env:\\S+$|${pattern.source}`, pattern.flags.replace('g', ''))

export const toZod = (kind: ValueKind): z.ZodType => {
  switch (kind.type) {
    case 'text':
      return kind.pattern ? z.string().regex(orVariable(kind.pattern)) : z.string()
    case 'integer':
      return z.int().min(kind.min).max(kind.max)
    case 'share':
      return z.union([
        z.number().min(kind.min).max(kind.max),
        z
          .string()
          .regex(/^\d{1,3}(\.\d+)?%$/)
          .refine((text) => Number.parseFloat(text) >= kind.min * 100 && Number.parseFloat(text) <= kind.max * 100),
      ])
    case 'switch':
      return z.boolean()
    case 'choice':
      return z.enum(kind.values as [string, ...string[]])
    case 'models': {
      const name = z.string().regex(/\S/)
      return kind.off ? z.union([name, z.array(name).min(1), z.literal(false)]) : z.union([name, z.array(name).min(1)])
    }
    case 'list':
      return z.array(z.string().regex(orVariable(kind.each)))
  }
}

/** A key of the table of settings. */
export const setting = (key: string): z.ZodOptional => {
  const found = SETTINGS.find((one) => one.key === key)!
  const { kind, meaning } = found
  return noted(toZod(kind), {
    meaning,
    expects: expects(kind),
    setting: found,
    ...(kind.type === 'choice' && { values: kind.values }),
  }).optional()
}

export const text = (note: About): z.ZodOptional => noted(z.string(), { expects: 'text', ...note }).optional()

/** Text of a form. An editor sees `env:NAME`, of which here the value stands. */
export const formed = (pattern: RegExp, note: Note): z.ZodOptional =>
  noted(
    z
      .string()
      .regex(orVariable(pattern))
      .refine((value) => !isVariable(value)),
    note,
  ).optional()

export const texts = (note: About): z.ZodOptional =>
  noted(z.array(z.string()), { expects: 'a list of texts', ...note }).optional()

/** Names of any kind with a text each. */
export const pairs = (note: About): z.ZodOptional =>
  noted(z.record(z.string(), z.string()), { expects: 'a table of texts', ...note }).optional()

export const oneOf = (values: readonly string[], note: About): z.ZodOptional => {
  const expected = `one of ${values.map((name) => `"${name}"`).join(', ')}`
  return noted(z.enum(values as [string, ...string[]]), { expects: expected, values, ...note }).optional()
}

export const duration = (note: About): z.ZodOptional =>
  noted(z.string().regex(orVariable(DURATION)).refine(isDuration), {
    expects: 'a time from "1ms" to "500h", such as "60s" or "1.5m"',
    ...note,
  }).optional()

export const whole = (min: number, max: number, note: About): z.ZodOptional =>
  noted(z.int().min(min).max(max), { expects: expects({ type: 'integer', min, max }), ...note }).optional()

export const dollars = (note: About): z.ZodOptional =>
  noted(z.number().min(0), { expects: 'a number of dollars from 0 on, such as 2.5', ...note }).optional()

export const truth = (note: About): z.ZodOptional =>
  noted(z.boolean(), { expects: 'true or false', ...note }).optional()

/** A table of the keys given, and no others. */
export const table = (keys: Record<string, z.ZodType>, note: About): z.ZodOptional =>
  noted(z.strictObject(keys), { expects: 'a table', ...note }).optional()

/** Tables under names that whoever writes the file chooses; `name` stands for them. */
export const tables = (
  { names = z.string(), keys }: { names?: z.ZodString; keys: Record<string, z.ZodType> },
  note: About & { name: string },
): z.ZodOptional => z.record(names, noted(z.strictObject(keys), { expects: 'a table', ...note })).optional()
