import { readFile } from 'node:fs/promises'
import { RtError } from '@rt/core'
import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'
import { usage } from '../parse.ts'
import { positiveInteger } from '../positive-integer.ts'

const EXCERPT = 120

export const command: CommandDefinition = {
  name: 'rerank',
  summary: 'Order texts by how well they answer a query, with a model that reads both together',
  positionals: 'QUERY [FILE…]',
  min: 1,
  max: Infinity,
  completes: 'file',
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    ...JSON_FLAG,
    model: {
      type: 'string',
      short: 'm',
      value: 'NAME',
      completes: 'installed',
      description: 'Reranker, such as bge-reranker-base (default: rerank of [models])',
    },
    limit: { type: 'string', short: 'k', value: 'N', description: 'Most texts to show (default: all)' },
    'local-only': { type: 'boolean', description: 'Keep query and texts from a reranker that is not on this machine' },
  },
  examples: [
    'rt rerank "Who pays for coats?" notes/*.md --model bge-reranker-base',
    'grep -i coat notes.txt | rt rerank "Who pays for coats?" --limit 3',
  ],
  async run(context) {
    const { args, flags, signal } = context
    const [query = '', ...files] = args
    if (!query.trim()) throw usage(command, 'there is nothing to order the texts by.')
    const texts = files.length > 0 ? await Promise.all(files.map(readText)) : await readLines()
    if (texts.length === 0) throw usage(command, 'there are no texts: name files, or pipe one a line in.')
    const most = positiveInteger(command, 'limit', text(flags['limit']), texts.length)
    const model = text(flags['model'])
    const ranked = await withRuntime(context, { chat: undefined }, (runtime) =>
      runtime.rerank(
        query,
        texts.map((one) => one.text),
        {
          topK: Math.min(most, texts.length),
          signal,
          ...(model !== undefined && { model }),
          ...(flags['local-only'] === true && { label: 'local-only' as const }),
        },
      ),
    )
    const rows = ranked.map(({ index, score }) => ({ index, score, source: texts[index]!.source }))
    process.stdout.write(
      flags['json'] ? `${toJson(rows)}\n` : rows.map((row) => line(row, texts[row.index]!.text)).join(''),
    )
  },
}

interface Text {
  /** A file, or `line N` of what was piped in. */
  source: string
  text: string
}

const line = ({ score, source }: { score: number; source: string }, body: string): string =>
  ` ${score.toFixed(2)}  ${style('bold', printableLine(source))}\n       ${printableLine(body.trim()).slice(0, EXCERPT)}\n`

const readText = async (source: string): Promise<Text> => {
  const bytes = await readFile(source).catch((cause: NodeJS.ErrnoException) => {
    throw new RtError({
      code: 'not_found',
      message: `${JSON.stringify(source)} cannot be read (${cause.code}).`,
      hint: 'Name files with text in them.',
      cause,
    })
  })
  if (bytes.includes(0))
    throw new RtError({
      code: 'invalid_request',
      message: `${JSON.stringify(source)} is no text: it holds zero bytes.`,
      hint: 'Documents of other kinds are read by: rt ingest FILE, and found by rt search.',
    })
  return { source, text: bytes.toString('utf8') }
}

const readLines = async (): Promise<Text[]> => {
  if (process.stdin.isTTY) return []
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  const lines = Buffer.concat(chunks).toString('utf8').split(/\r?\n/)
  return lines.flatMap((body, at) => (body.trim() ? [{ source: `line ${at + 1}`, text: body }] : []))
}
