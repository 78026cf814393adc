import { configFields, type Field } from './fields.ts'
import { VARIABLES_ONLY } from './settings-table.ts'
import { laterText } from './schema.ts'
import type { ValueKind } from './value-kind.ts'

/** A line of the reference: texts without any markup. */
export interface ReferenceRow {
  key: string
  type: string
  default?: string
  /** What happens without a value, where there is no default. */
  otherwise?: string
  variable?: string
  /** Of the command. */
  flag?: string
  meaning: string
  /** That it is still to come. */
  later?: string
}

export interface ReferenceTable {
  /** `[server]`; empty for what stands above every table. */
  table: string
  rows: ReferenceRow[]
}

/** config.toml by its tables, in the order of the schema. */
export const configReference = (): ReferenceTable[] => {
  const tables = new Map<string, ReferenceRow[]>()
  for (const field of configFields()) {
    if (!field.note || field.keys?.length) continue
    const names = field.path.map((part, index) => (part === '*' ? placeholder(field, index) : part))
    const table = names.slice(0, -1).join('.')
    tables.set(table, [...(tables.get(table) ?? []), toRow(names.at(-1)!, field)])
  }
  return Array.from(tables, ([table, rows]) => ({ table: table && `[${table}]`, rows }))
}

/** Variables that stand for no key of the file. */
export const variableReference = (): Pick<ReferenceRow, 'variable' | 'otherwise' | 'meaning'>[] =>
  VARIABLES_ONLY.map(({ variable, otherwise, meaning }) => ({ variable, otherwise, meaning }))

const placeholder = ({ note, path }: Field, index: number): string =>
  (index === path.length - 1 ? note?.name : undefined) ?? 'NAME'

const toRow = (key: string, { note }: Field): ReferenceRow => {
  const { setting, later, meaning, expects } = note!
  return {
    key,
    type: setting ? typeName(setting.kind) : expects.replace(/^an? /, ''),
    default: setting?.default === undefined ? undefined : JSON.stringify(unwrap(setting.default)),
    otherwise: setting?.otherwise,
    variable: setting?.variable,
    flag: setting?.flag,
    meaning,
    later: later && laterText(later),
  }
}

const unwrap = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value)

const typeName = (kind: ValueKind): string => {
  switch (kind.type) {
    case 'text':
      return 'text'
    case 'integer':
      return `whole number, ${kind.min} to ${kind.max}`
    case 'share':
      return `share, ${kind.min * 100}% to ${kind.max * 100}%: "75%" or 0.75`
    case 'switch':
      return 'true or false'
    case 'models':
      return `name or list of names${kind.off ? ', or false' : ''}`
    case 'list':
      return `list of ${kind.of}`
  }
}
