import type { SearchMode } from '@rt/core'
import { called } from '../called.ts'
import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { formatPassages } from '../output/format-passages.ts'
import { toJson } from '../output/to-json.ts'
import { usage } from '../parse.ts'
import { positiveInteger } from '../positive-integer.ts'
import { readFilter } from '../read-filter.ts'
import { withData } from '../with-data.ts'

export const command: CommandDefinition = {
  name: 'search',
  summary: 'Search the knowledge by meaning and by words; works while rt serve runs',
  positionals: 'QUERY',
  min: 1,
  max: Infinity,
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    ...JSON_FLAG,
    limit: { type: 'string', short: 'k', value: 'N', description: 'Most passages to show (default 5)' },
    collection: { type: 'string', value: 'NAME', description: 'Search this collection (default: that of rt ingest)' },
    where: {
      type: 'string',
      value: 'KEY=VALUE',
      multiple: true,
      description: 'Only passages whose metadata say so, such as source=handbook/travel.md; may be given several times',
    },
    filter: { type: 'string', value: 'JSON', description: 'Only passages that match this filter' },
    mode: {
      type: 'string',
      value: 'NAME',
      values: ['dense', 'keyword', 'hybrid'],
      description: 'Search by meaning, by words, or by both (default: both where there is an embedder)',
    },
    rerank: {
      type: 'boolean',
      description: 'Let a reranker order what was found (default model: that of the settings)',
    },
    reranker: { type: 'string', value: 'MODEL', description: 'The same, by this model' },
    explain: { type: 'boolean', description: 'Show how each score came about' },
    'local-only': {
      type: 'boolean',
      description: 'Keep the query on this machine: an embedder elsewhere is not asked, words are looked for',
    },
  },
  examples: [
    'rt search "meal allowance in Oslo"',
    'rt search warranty --limit 3 --json',
    'rt search "red shoes" --collection products --where size=42',
    `rt search warranty --filter '{"source":{"prefix":"handbook/"}}' --rerank --explain`,
  ],
  async run(context) {
    const { args, flags, signal } = context
    const query = args.join(' ').trim()
    if (!query) throw usage(command, 'there is nothing to search for.')
    const k = positiveInteger(command, 'limit', text(flags['limit']), 5)
    const collection = text(flags['collection'])
    const filter = readFilter(command, flags)
    const mode = text(flags['mode']) as SearchMode | undefined
    const model = text(flags['reranker'])
    const tuning = {
      ...(filter && { filter }),
      ...(mode && { mode }),
      ...((flags['rerank'] || model !== undefined) && { rerank: { ...(model !== undefined && { model }) } }),
      ...(flags['explain'] === true && { explain: true }),
    }
    const found = await withData(
      context,
      (runtime) =>
        runtime.search(query, {
          k,
          signal,
          ...(collection !== undefined && { collection }),
          ...tuning,
          ...(flags['local-only'] === true && { label: 'local-only' as const }),
        }),
      {},
    )
    // Where nothing was ever kept nobody has looked at it.
    if (filter && !found) (await import('@rt/vector')).checkFilter(filter)
    if (flags['json']) process.stdout.write(`${toJson(found ?? [])}\n`)
    else if (found?.length) process.stdout.write(formatPassages(found))
    else if (filter) process.stdout.write(' nothing found among the passages that match --where and --filter\n')
    else process.stdout.write(` nothing found (${called} ingest FOLDER adds documents)\n`)
  },
}
