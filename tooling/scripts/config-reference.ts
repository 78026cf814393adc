// Writes docs/rt.schema.json and the tables of docs/configuration.md from the schema of config.toml:
// node --conditions=@rt/source <this file> [--check]
// What stands above the mark of the page is written by hand and stays.
import {
  configReference,
  type ReferenceRow,
  variableReference,
} from '../../apps/runtime/src/config/config-reference.ts'
import { configJsonSchema } from '../../apps/runtime/src/config/json-schema.ts'
import { type GeneratedPage, readPage, writePages } from './generated-page.ts'

const PAGE = 'configuration.md'
const SCHEMA = 'rt.schema.json'
const MARK =
  '<!-- Above: written by hand. Below: made by tooling/scripts/config-reference.ts from the schema of config.toml. -->'

/** The files that are made, as they should be and as they are. */
export const configPages = (): GeneratedPage[] => {
  const found = readPage(PAGE)
  return [
    { path: PAGE, text: `${handwritten(found)}\n\n${MARK}\n\n${reference()}`, found },
    { path: SCHEMA, text: `${JSON.stringify(configJsonSchema(), null, 2)}\n`, found: readPage(SCHEMA) },
  ]
}

const reference = (): string =>
  [
    '## Every key',
    '',
    ...configReference().flatMap(({ table, meaning: about, rows }) => [
      `### ${table || 'Above every table'}`,
      '',
      ...(about === undefined ? [] : [about, '']),
      ...keyTable(rows),
      '',
    ]),
    '## Variables without a key',
    '',
    '| variable | default | meaning |',
    '|---|---|---|',
    ...variableReference().map((row) => line([code(row.variable), row.otherwise ?? '', row.meaning])),
    '',
  ].join('\n')

const COLUMNS: Record<string, (row: ReferenceRow) => string> = {
  key: (row) => code(row.key),
  type: (row) => row.type,
  default: (row) => code(row.default) || (row.otherwise ?? ''),
  variable: (row) => code(row.variable),
  flag: (row) => code(row.flag),
  meaning: (row) => `${row.meaning}${row.later ? ` **${row.later}**` : ''}`,
}

/** Without the columns that would be empty. */
const keyTable = (rows: ReferenceRow[]): string[] => {
  const columns = Object.entries(COLUMNS).filter(([, cell]) => rows.some((row) => cell(row)))
  return [
    line(columns.map(([name]) => name)),
    `|${'---|'.repeat(columns.length)}`,
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ]
}

const code = (text: string | undefined): string => (text ? `\`${text}\`` : '')

const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`

const handwritten = (page: string = ''): string => page.split(MARK)[0]!.trim()

await writePages(import.meta.url, configPages)
