import { configFields, type Field, fieldAt } from './fields.ts'
import { VARIABLES_ONLY } from './settings-table.ts'
import { laterText } from './schema/note.ts'
import { expects, type ValueKind } from './value-kind.ts'

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
  /** Where its name alone does not say it. */
  meaning?: string
  rows: ReferenceRow[]
}

/** config.toml by its tables, in the order of the schema. */
export const configReference = (): ReferenceTable[] => {
  const fields = configFields()
  /** Of a field and each table above it, `*` by what stands for it. */
  const written = ({ path }: Field): string[] =>
    path.map((part, index) => (part === '*' ? (fieldAt(fields, path.slice(0, index + 1)).note?.name ?? 'NAME') : part))
  const tables = new Map<string, ReferenceTable>()
  for (const field of fields) {
    if (!field.note || field.keys?.length) continue
    const names = written(field)
    const above = names.slice(0, -1).join('.')
    const table = tables.get(above) ?? toTable(above, fieldAt(fields, field.path.slice(0, -1)))
    table.rows.push(toRow(names.at(-1)!, field))
    tables.set(above, table)
  }
  return [...tables.values()]
}

const toTable = (name: string, { note, keys }: Field): ReferenceTable => ({
  table: name && `[${name}]`,
  ...(note && keys && { meaning: note.meaning }),
  rows: [],
})

/** Variables that stand for no key of the file. */
export const variableReference = (): Pick<ReferenceRow, 'variable' | 'otherwise' | 'meaning'>[] =>
  VARIABLES_ONLY.map(({ variable, otherwise, meaning }) => ({ variable, otherwise, meaning }))

const toRow = (key: string, { note }: Field): ReferenceRow => {
  const { setting, later, meaning, expects, otherwise } = note!
  return {
    key,
    type: setting ? typeName(setting.kind) : expects.replace(/^an? /, ''),
    default: setting?.default === undefined ? undefined : JSON.stringify(unwrap(setting.default)),
    otherwise: setting?.otherwise ?? otherwise,
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
    case 'choice':
      return expects(kind)
    case 'models':
      return `name or list of names${kind.off ? ', or false' : ''}`
    case 'list':
      return `list of ${kind.of}`
  }
}
