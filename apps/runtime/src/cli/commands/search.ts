import { type CommandDefinition, DATA_FLAG, JSON_FLAG, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printable, style } from '../output/style.ts'
import { usage } from '../parse.ts'
import { positiveInteger } from '../positive-integer.ts'

export const command: CommandDefinition = {
  name: 'search',
  summary: 'Search the knowledge by meaning and by words; works while rt serve runs',
  positionals: 'QUERY',
  min: 1,
  max: Infinity,
  flags: {
    ...DATA_FLAG,
    ...JSON_FLAG,
    limit: { type: 'string', short: 'k', value: 'N', description: 'Most passages to show (default 5)' },
  },
  examples: ['rt search "meal allowance in Oslo"', 'rt search warranty --limit 3 --json'],
  async run(context) {
    const { args, flags, signal } = context
    const query = args.join(' ').trim()
    if (!query) throw usage(command, 'there is nothing to search for.')
    const k = positiveInteger(command, 'limit', text(flags['limit']), 5)
    const hits = await withRuntime(context, { readOnly: true }, (runtime) => runtime.search(query, { k, signal }))
    if (flags['json']) {
      process.stdout.write(`${JSON.stringify(hits, null, 2)}\n`)
      return
    }
    if (!hits.length) process.stdout.write(' nothing found (rt ingest FOLDER adds documents)\n')
    for (const { source, headings, start, end, score, text: passage } of hits) {
      process.stdout.write(
        ` ${score.toFixed(2)}  ${style('bold', `${source} § ${headings.at(-1) ?? ''}`)}  bytes ${start}-${end}\n`,
      )
      process.stdout.write(`       ${printable(passage.replace(/\s+/g, ' ')).slice(0, 160)}\n`)
    }
  },
}
