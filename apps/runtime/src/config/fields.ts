import * as z from 'zod'
import { configSchema } from './schema.ts'
import { type Note, NOTES } from './schema/note.ts'

/** A place in the schema: a key that can be written. */
export interface Field {
  /** `*` stands for any name. */
  path: string[]
  /** Of keys; plain tables have none. */
  note?: Note
  /** Names of the keys below, of a table. */
  keys?: string[]
}

/** Every key and table of config.toml, the file itself first, each table before its keys. */
export const configFields = (): Field[] => below([], configSchema)

/** The field that a path of a file stands at; elements of lists belong to their list. */
export const fieldAt = (fields: Field[], path: readonly (string | number)[]): Field => {
  for (let length = path.length; length > 0; length--) {
    const exact = fields.find((field) => matches(field.path, path.slice(0, length), false))
    const found = exact ?? fields.find((field) => matches(field.path, path.slice(0, length), true))
    if (found) return found
  }
  return fields[0]!
}

const matches = (path: string[], wanted: readonly (string | number)[], any: boolean): boolean =>
  path.length === wanted.length && path.every((name, index) => name === wanted[index] || (any && name === '*'))

const below = (path: string[], given: z.core.$ZodType): Field[] => {
  const schema = given instanceof z.ZodOptional ? given.unwrap() : given
  const note = NOTES.get(schema)
  if (schema instanceof z.ZodRecord) return [{ path, note, keys: [] }, ...below([...path, '*'], schema.valueType)]
  // What has no note of its own is part of the key above it.
  if (!(schema instanceof z.ZodObject)) return note ? [{ path, note }] : []
  const { shape } = schema
  const names = Object.keys(shape)
  const { catchall } = schema.def
  const rest = catchall && !(catchall instanceof z.ZodNever) ? below([...path, '*'], catchall) : []
  return [{ path, note, keys: names }, ...names.flatMap((name) => below([...path, name], shape[name])), ...rest]
}
