import type { CollectionOptions, CollectionStamp } from '@rt/core'
import { isDuration, toMilliseconds } from '../../config/duration.ts'
import { type CommandContext, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { usage } from '../parse.ts'
import { positiveInteger } from '../positive-integer.ts'

const COMMAND = { name: 'collections' }

export const create = async (context: CommandContext, name: string): Promise<void> => {
  const { flags, signal } = context
  const stamp = readStamp(flags)
  const options = readOptions(flags)
  const made = await withRuntime(context, {}, (runtime) =>
    runtime.collections.create(name, { ...(stamp && { stamp }), options, signal }),
  )
  if (flags['json']) return void process.stdout.write(`${toJson(made)}\n`)
  const holds = stamp ? `${stamp.dimensions} dimensions, ${stamp.metric}` : 'no vectors yet'
  const index = made.options?.index ?? made.index.kind
  process.stdout.write(` made ${printableLine(made.name)}: ${holds}, index ${index}\n`)
}

// ---

type Flags = CommandContext['flags']

const readStamp = (flags: Flags): CollectionStamp | undefined => {
  const [dimensions, metric, fingerprint] = [flags['dimensions'], flags['metric'], flags['fingerprint']].map(text)
  if (dimensions === undefined) {
    if (metric === undefined && fingerprint === undefined) return undefined
    throw usage(COMMAND, '--metric and --fingerprint are of vectors: say --dimensions too.')
  }
  return {
    dimensions: positiveInteger(COMMAND, 'dimensions', dimensions, 0),
    metric: (metric ?? 'cosine') as CollectionStamp['metric'],
    fingerprint: fingerprint ?? `own/${dimensions}`,
  }
}

const readOptions = (flags: Flags): CollectionOptions => {
  const [tokenizer, ttl, index, recall] = [flags['tokenizer'], flags['ttl'], flags['index'], flags['recall']].map(text)
  if (ttl !== undefined && !isDuration(ttl)) throw usage(COMMAND, `--ttl must be a time such as 24h, not "${ttl}".`)
  const share = recall === undefined ? undefined : Number(recall)
  if (share !== undefined && !(share >= 0.5 && share <= 1))
    throw usage(COMMAND, `--recall must be a number from 0.5 to 1, not "${recall}".`)
  return {
    ...(tokenizer !== undefined && { tokenizer: tokenizer as CollectionOptions['tokenizer'] }),
    ...(ttl !== undefined && { ttl: toMilliseconds(ttl) }),
    ...(index !== undefined && { index: index as CollectionOptions['index'] }),
    ...(share !== undefined && { recall: share }),
  }
}
