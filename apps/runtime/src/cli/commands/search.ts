import { called } from '../called.ts'
import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { formatPassages } from '../output/format-passages.ts'
import { toJson } from '../output/to-json.ts'
import { usage } from '../parse.ts'
import { positiveInteger } from '../positive-integer.ts'
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
    'local-only': {
      type: 'boolean',
      description: 'Keep the query on this machine: an embedder elsewhere is not asked, words are looked for',
    },
  },
  examples: [
    'rt search "meal allowance in Oslo"',
    'rt search warranty --limit 3 --json',
    'rt search "red shoes" --collection products',
  ],
  async run(context) {
    const { args, flags, signal } = context
    const query = args.join(' ').trim()
    if (!query) throw usage(command, 'there is nothing to search for.')
    const k = positiveInteger(command, 'limit', text(flags['limit']), 5)
    const collection = text(flags['collection'])
    const found = await withData(
      context,
      (runtime) =>
        runtime.search(query, {
          k,
          signal,
          ...(collection !== undefined && { collection }),
          ...(flags['local-only'] === true && { label: 'local-only' as const }),
        }),
      {},
    )
    if (flags['json']) process.stdout.write(`${toJson(found ?? [])}\n`)
    else if (found?.length) process.stdout.write(formatPassages(found))
    else process.stdout.write(` nothing found (${called} ingest FOLDER adds documents)\n`)
  },
}
