import type { CatalogEntry, CatalogFile, InstalledModel, ModelDescription } from '@rt/inference/catalog'
import { called } from '../called.ts'
import { type CommandDefinition, JSON_FLAG } from '../command.ts'
import { runsElsewhere } from '../models/runs-elsewhere.ts'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'
import { bytes, count, localTime } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'show',
  summary: 'Show what is known of a model: architecture, size, context, licence, files and their sha256',
  positionals: 'MODEL',
  min: 1,
  max: 1,
  completes: 'installed',
  flags: { ...JSON_FLAG },
  examples: ['rt show smollm2:135m', 'rt show qwen2.5-coder:1.5b --json', 'rt show ./my-model.gguf'],
  async run({ args, flags, signal }) {
    const { createCatalog } = await import('@rt/inference/catalog')
    const name = args[0]!
    const described = await createCatalog()
      .describe(name, { references: true, signal })
      .catch((error: unknown) => {
        throw runsElsewhere(error, name)
      })
    process.stdout.write(flags['json'] ? `${toJson(described)}\n` : format(described))
  },
}

const format = (described: ModelDescription): string => {
  const { entry, installed, gguf, aliasOf } = described
  const rows: [string, string | undefined][] = [
    [entry.name === aliasOf ? 'further name of' : 'made from', aliasOf],
    ['kind', `${entry.kind}, ${entry.engine}`],
    ['also called', [...entry.aliases, ...(installed?.names ?? [])].join(', ')],
    ['architecture', gguf?.architecture],
    ['parameters', gguf && parameters(gguf.parameters)],
    ['quantisation', gguf?.quantization],
    ['where', installed && PLACES[installed.place]],
    ['layers', figure(gguf?.layers)],
    ['context', figure(entry.context ?? gguf?.contextTokens, ' tokens')],
    ['dimensions', figure(entry.dimensions)],
    ['template', gguf?.templateHash && `sha256 ${gguf.templateHash}…`],
    ['licence', entry.licence ?? gguf?.licence],
    ['size', described.bytes > 0 ? bytes(described.bytes) : undefined],
    ...settings(entry),
    ['installed', installed ? localTime(installed.modifiedAt) : `no (${called} pull ${entry.name})`],
    ['note', entry.note],
  ]
  const shown = rows.filter((row): row is [string, string] => Boolean(row[1]))
  return [
    ` ${style('bold', printableLine(entry.name))}`,
    ...shown.map(([title, text]) => `   ${title.padEnd(15)}  ${printableLine(text)}`),
    '   files',
    ...entry.files.flatMap((file) => fileLines(file, installed?.files[file.role])),
    '',
  ].join('\n')
}

const PLACES: Record<InstalledModel['place'], string | undefined> = {
  rt: undefined,
  file: undefined,
  ollama: 'in the folder of Ollama',
  lmstudio: 'in the folder of LM Studio',
  huggingface: 'in the cache of Hugging Face',
}

/** What the table, or whoever made the name, laid down. */
const settings = ({ sampling, preset = {} }: CatalogEntry): [string, string | undefined][] => {
  const pairs = Object.entries(sampling ?? {}).filter(([, value]) => value !== undefined)
  return [
    ['sampling', pairs.map(([name, value]) => `${name} ${value}`).join(', ')],
    ['loaded with', figure(preset.contextTokens, ' tokens of context')],
    ['answers with', figure(preset.maxOutputTokens, ' tokens at most')],
    ['stop', preset.stop?.map((one) => JSON.stringify(one)).join(', ')],
    ['system', preset.system && JSON.stringify(preset.system.slice(0, 300))],
    ['messages', figure(preset.messages?.length)],
    ['adapters', preset.adapters?.map(({ path }) => path).join(', ')],
  ]
}

/** 134.5 M, 1.5 B. */
const parameters = (value: number): string =>
  value >= 1e9 ? `${(value / 1e9).toFixed(1)} B` : value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : count(value)

const figure = (value: number | undefined, unit = ''): string | undefined =>
  value === undefined ? undefined : count(value) + unit

const fileLines = ({ role, name, bytes: size, sha256, sources }: CatalogFile, path: string | undefined): string[] =>
  [
    `     ${role.padEnd(9)}  ${path ?? name}${size === undefined ? '' : `  ${bytes(size)}`}`,
    ...(sha256 ? [`                sha256 ${sha256}`] : []),
    ...(path ? [] : sources.map((source) => `                from ${source}`)),
  ].map(printableRow)

/** The spaces at the beginning stay. */
const printableRow = (line: string): string => `${/^ */.exec(line)![0]}${printableLine(line)}`
