// Writes docs/rt.schema.json and the tables of docs/configuration.md from the schema of config.toml:
// node --conditions=@rt/source <this file> [--check]
// What stands above the mark of the page is written by hand and stays.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  configReference,
  type ReferenceRow,
  variableReference,
} from '../../apps/runtime/src/config/config-reference.ts'
import { configJsonSchema } from '../../apps/runtime/src/config/json-schema.ts'

export interface ConfigPage {
  name: string
  /** As it should be. */
  text: string
  /** As it is; undefined when there is none. */
  found: string | undefined
}

const FOLDER = new URL('../../docs/', import.meta.url)
const MARK =
  '<!-- Above: written by hand. Below: made by tooling/scripts/config-reference.ts from the schema of config.toml. -->'

/** The files that are made, as they should be and as they are. */
export const configPages = (): ConfigPage[] => {
  const page = read('configuration.md')
  return [
    { name: 'configuration.md', text: `${handwritten(page)}\n\n${MARK}\n\n${reference()}`, found: page },
    {
      name: 'rt.schema.json',
      text: `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
      found: read('rt.schema.json'),
    },
  ]
}

const reference = (): string =>
  [
    '## Every key',
    '',
    ...configReference().flatMap(({ table, rows }) => [
      `### ${table || 'Above every table'}`,
      '',
      ...(rows.every(({ later }) => later !== undefined) ? laterTable(rows) : keyTable(rows)),
      '',
    ]),
    '## Variables without a key',
    '',
    '| variable | default | meaning |',
    '|---|---|---|',
    ...variableReference().map((row) => line([code(row.variable), row.otherwise ?? '', row.meaning])),
    '',
  ].join('\n')

const keyTable = (rows: ReferenceRow[]): string[] => [
  '| key | type | default | variable | flag | meaning |',
  '|---|---|---|---|---|---|',
  ...rows.map((row) =>
    line([
      code(row.key),
      row.type,
      code(row.default) || (row.otherwise ?? ''),
      code(row.variable),
      code(row.flag),
      meaning(row),
    ]),
  ),
]

/** Tables of which nothing works yet have neither variables nor defaults. */
const laterTable = (rows: ReferenceRow[]): string[] => [
  '| key | type | meaning |',
  '|---|---|---|',
  ...rows.map((row) => line([code(row.key), row.type, meaning(row)])),
]

const meaning = (row: ReferenceRow): string => `${row.meaning}${row.later ? ` **${row.later}**` : ''}`

const code = (text: string | undefined): string => (text ? `\`${text}\`` : '')

const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`

const handwritten = (page: string = ''): string => page.split(MARK)[0]!.trim()

const read = (file: string): string | undefined => {
  try {
    return readFileSync(new URL(file, FOLDER), 'utf8')
  } catch {
    return undefined
  }
}

const main = (check: boolean): number => {
  const stale = configPages().filter(({ text, found }) => text !== found)
  if (!check) for (const { name, text } of stale) writeFileSync(new URL(name, FOLDER), text)
  for (const { name } of stale) console.log(`docs/${name}: ${check ? 'stale' : 'written'}`)
  return check && stale.length ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.includes('--check'))
