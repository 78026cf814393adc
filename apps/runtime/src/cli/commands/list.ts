import { called } from '../called.ts'
import { type CommandDefinition, JSON_FLAG } from '../command.ts'
import type { ModelRow, OfferedRow } from '../models/model-rows.ts'
import { formatTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { bytes, localTime } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'list',
  summary: 'List the models on this machine; with --all also those that can be fetched, and which fit',
  flags: {
    ...JSON_FLAG,
    all: { type: 'boolean', short: 'a', description: 'Also models that can be fetched, with what fits this machine' },
  },
  examples: ['rt list', 'rt list --all', 'rt list --all --json'],
  async run({ flags }) {
    const [{ createCatalog }, { allRows, installedRows }, { memoryBytes }] = await Promise.all([
      import('@rt/inference/catalog'),
      import('../models/model-rows.ts'),
      import('@rt/inference/memory'),
    ])
    const catalog = createCatalog()
    const memory = memoryBytes()
    const rows = flags['all'] ? await allRows(catalog, memory) : await installedRows(catalog)
    if (flags['json']) process.stdout.write(`${toJson(rows)}\n`)
    else if (flags['all']) process.stdout.write(`${formatAll(rows, memory)}\n`)
    else if (rows.length) process.stdout.write(`${formatInstalled(rows)}\n`)
    else process.stdout.write(` no models yet (${called} list --all shows what can be fetched)\n`)
  },
}

const formatInstalled = (rows: ModelRow[]): string =>
  formatTable(
    [
      { title: 'name' },
      { title: 'kind' },
      { title: 'size', align: 'right' },
      { title: 'licence' },
      { title: 'modified' },
      { title: 'where' },
    ],
    rows.map((row) => [
      named(row),
      row.kind,
      bytes(row.bytes),
      row.licence ?? '',
      localTime(row.modifiedAt ?? 0),
      where(row),
    ]),
  )

const formatAll = (rows: (ModelRow | OfferedRow)[], memory: number): string =>
  [
    formatTable(
      [
        { title: 'name' },
        { title: 'kind' },
        { title: 'size', align: 'right' },
        { title: 'licence' },
        { title: '' },
        { title: 'memory', align: 'right' },
        { title: 'note', most: 60 },
      ],
      rows.map((row) => [
        named(row),
        row.kind,
        row.bytes > 0 ? bytes(row.bytes) : '',
        row.licence ?? '',
        row.installed ? 'installed' : '',
        'needsBytes' in row && row.bytes > 0 ? bytes(row.needsBytes) : '',
        [fitting(row), row.note].filter(Boolean).join('; '),
      ]),
    ),
    '',
    ` ${bytes(memory)} of memory here · ${called} pull MODEL fetches one · hf:owner/repo works too`,
  ].join('\n')

const named = ({ name, names }: ModelRow): string => (names.length ? `${name} (${names.join(', ')})` : name)

const PLACES = { ollama: 'Ollama', lmstudio: 'LM Studio', huggingface: 'Hugging Face' }

/** Files of other programs are used where they are. */
const where = ({ path = '', owned, place }: ModelRow): string =>
  owned || place === 'rt' ? 'rt' : place === undefined || place === 'file' ? path : `${PLACES[place]}: ${path}`

const fitting = (row: ModelRow | OfferedRow): string => {
  if (!('fits' in row)) return ''
  if (!row.fits) return 'too large for this machine'
  return row.recommended ? 'recommended here' : ''
}
