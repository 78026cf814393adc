import { nearestNames } from '@rt/core'
import type * as z from 'zod'
import { describePlace, dottedKey, isTable, valueAt } from './describe-place.ts'
import { type Field, fieldAt } from './fields.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import type { Mistake } from './mistakes.ts'
import { isVariable } from './resolve-variables.ts'
import { visible } from './shown.ts'

/** What zod found, in the words of the file. */
export const explainIssues = (
  issues: readonly z.core.$ZodIssue[],
  { fields, raw, lines }: { fields: Field[]; raw: unknown; lines: KeyLines },
): Mistake[] => {
  const at = (path: Path, why: string): Mistake => ({
    line: lines.lineOf(path),
    where: describePlace(path, valueAt(raw, path)),
    why,
  })
  const told = new Set<string>()
  /** Once of a list or table, however much in it is wrong. */
  const once = (path: Path, why: string): Mistake[] => {
    if (told.has(String(path))) return []
    told.add(String(path))
    return [at(path, why)]
  }
  const mistakes = issues.flatMap((issue): Mistake[] => {
    const path = issue.path as (string | number)[]
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => at([...path, key], unknownKey(fields, path, key, valueAt(raw, [...path, key]))))
    // Which keys there must be is judged when all that are there are known.
    if (issue.code === 'custom' && issues.some((other) => other !== issue && String(other.path) === String(path)))
      return []
    const field = fieldAt(fields, path)
    if (issue.code === 'invalid_key') return [at(path, wrongName(field, path))]
    // What is not there has no place: its table has.
    if (path.length > 1 && valueAt(raw, path) === undefined) {
      const table = path.slice(0, -1)
      return once(table, wrongValue(fieldAt(fields, table), table, {}))
    }
    // Of a list the whole stands there, however deep the wrong element is.
    const own = path.slice(0, field.path.length)
    const why = wrongValue(field, own, valueAt(raw, own))
    return own.length < path.length ? once(own, why) : [at(own, why)]
  })
  // A huge number is no whole one and too large: one mistake to whoever typed it.
  return [...new Map(mistakes.map((mistake) => [`${mistake.where}\n${mistake.why}`, mistake])).values()]
}

const unknownKey = (fields: Field[], path: Path, key: string, value: unknown): string => {
  const { keys = [], path: own } = fieldAt(fields, path)
  const isTop = own.length === 0
  const tables = fields.filter((field) => field.path.length === 1 && field.keys).map((field) => field.path[0]!)
  const name = visible(key)
  const list = isTop ? `Tables: ${tables.join(', ')}.` : `Keys: ${keys.join(', ')}.`
  if (isTop && isTable(value)) {
    const [near] = nearestNames(key, tables)
    return `There is no table [${name}]${near ? `; did you mean [${near}]?` : '.'} ${list}`
  }
  return `"${name}" is not a key of ${isTop ? 'config.toml' : `[${dottedKey(path)}]`}${suggest(fields, keys, key)} ${list}`
}

/** The key it could be: the same under another table, one letter off here, there, or more than one here. */
const suggest = (fields: Field[], keys: readonly string[], key: string): string => {
  const others = fields.filter(({ path }) => path.length === 1 || (path.length === 2 && path[1] !== '*'))
  const elsewhere = (name: string): string => {
    const [first, second] = others.find(({ path }) => path.at(-1) === name)!.path
    return `"${name}" ${second === undefined ? 'above every table' : `under [${first}]`}`
  }
  const names = others.map(({ path }) => path.at(-1)!)
  if (names.includes(key)) return `; it belongs ${elsewhere(key).replace(/^"[^"]*" /, '')}.`
  const close = { slack: 1 }
  const [here] = nearestNames(key, keys, close)
  const [there] = nearestNames(key, names, close)
  const [far] = nearestNames(key, keys)
  if (here ?? (there === undefined ? far : undefined)) return `; did you mean "${here ?? far}"?`
  return there === undefined ? '.' : `; did you mean ${elsewhere(there)}?`
}

const wrongName = ({ note }: Field, path: Path): string =>
  `"${visible(String(path.at(-1)))}" must consist of ${note?.names}, for it begins the names of its models.`

const wrongValue = ({ note, keys }: Field, own: Path, value: unknown): string => {
  const name = dottedKey(own)
  if (keys && !isTable(value)) return `"${name}" must be a table: [${name}] and its keys below.`
  const [near] = typeof value === 'string' ? nearestNames(value, note?.values ?? []) : []
  const meant = near === undefined ? '.' : `; did you mean "${near}"?`
  const expected = `${keys ? `[${name}]` : `"${own.at(-1)}"`} must be ${note?.expects}${meant}`
  const hasOther = note?.setting && note.setting.kind.type !== 'text' && isVariable(value)
  return hasOther ? `${expected} env:NAME is text; ${note.setting!.variable} sets it instead.` : expected
}
