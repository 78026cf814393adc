import { type CollectionInfo, nearestNames, RtError } from '@rt/core'
import { askYes } from '../../ask-yes.ts'
import { called } from '../called.ts'
import { type CommandContext, type CommandDefinition, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { formatTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { count, plural } from '../output/units.ts'
import { usage } from '../parse.ts'
import { withData, WITHOUT_CONFIG } from '../with-data.ts'

export const command: CommandDefinition = {
  name: 'collections',
  summary: 'List or delete collections of the knowledge',
  subcommands: {
    list: { summary: 'Every collection, with what it holds (default)' },
    drop: { summary: 'Delete a collection with its documents; your files stay', positionals: 'NAME', min: 1, max: 1 },
  },
  flags: {
    ...DATA_FLAGS,
    ...JSON_FLAG,
    yes: { type: 'boolean', short: 'y', description: 'Do not ask before deleting' },
  },
  examples: [
    'rt collections',
    'rt collections list --json',
    'rt collections drop products',
    'rt collections drop old --yes',
  ],
  run: (context) => (context.args[0] === 'drop' ? drop(context, context.args[1]!) : list(context)),
}

const list = async (context: CommandContext): Promise<void> => {
  const found = (await withData(context, (runtime) => runtime.collections.list())) ?? []
  if (context.flags['json']) process.stdout.write(`${toJson(found)}\n`)
  else if (found.length) process.stdout.write(`${format(found)}\n`)
  else process.stdout.write(` there is no collection yet (${called} ingest FOLDER makes one)\n`)
}

const drop = async (context: CommandContext, name: string): Promise<number> => {
  const { flags, signal } = context
  const found = (await withData(context, (runtime) => runtime.collections.list())) ?? []
  const collection = found.find((other) => other.name === name)
  if (!collection) throw noCollection(name, found)
  if (!flags['yes'] && !(await agreed(collection, signal))) {
    process.stdout.write(' nothing was deleted\n')
    return 1
  }
  const dropped = await withRuntime(context, WITHOUT_CONFIG, (runtime) => runtime.collections.drop(name, { signal }))
  if (flags['json']) process.stdout.write(`${toJson({ name, dropped, chunks: collection.count })}\n`)
  else if (dropped)
    process.stdout.write(` deleted ${printableLine(name)}: ${plural(collection.count, 'chunk')}; the files stay\n`)
  else process.stdout.write(` ${printableLine(name)} was deleted meanwhile\n`)
  return 0
}

// ---

const format = (collections: CollectionInfo[]): string =>
  formatTable(
    [
      { title: 'collection', most: 50 },
      { title: 'chunks', align: 'right' },
      { title: 'index' },
      { title: 'dimensions', align: 'right' },
      { title: 'embedder', most: 30 },
    ],
    collections.map(({ name, count: chunks, index, stamp }) => [
      name,
      count(chunks),
      index.kind,
      stamp ? count(stamp.dimensions) : '-',
      stamp ? stamp.fingerprint : 'none: by words only',
    ]),
  )

const agreed = ({ name, count: chunks }: CollectionInfo, signal: AbortSignal): Promise<boolean> => {
  if (!process.stdin.isTTY)
    throw usage(command, `deleting "${printableLine(name)}" needs --yes where nobody can be asked.`)
  return askYes(`Delete the collection ${printableLine(name)} with ${plural(chunks, 'chunk')}?`, { signal })
}

const noCollection = (name: string, found: CollectionInfo[]): RtError => {
  const names = found.map((other) => printableLine(other.name))
  const [near] = nearestNames(name, names)
  const known = names.length
    ? `Collections: ${names.join(', ')}.`
    : `There is none yet: ${called} ingest FOLDER makes one.`
  return new RtError({
    code: 'not_found',
    message: `there is no collection "${name}".`,
    hint: `${near ? `Did you mean ${near}? ` : ''}${known}`,
  })
}
