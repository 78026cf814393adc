import { type CollectionInfo, RtError } from '@rt/core'
import { askYes } from '../../ask-yes.ts'
import type { CommandContext } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { plural } from '../output/units.ts'
import { usage } from '../parse.ts'
import { find } from './find.ts'

export const drop = async (context: CommandContext, name: string): Promise<number> => {
  const { flags, signal } = context
  const collection = await find(context, name)
  if (collection.name !== name) throw isAlias(name, collection)
  if (!flags['yes'] && !(await agreed(collection, signal))) {
    process.stdout.write(' nothing was deleted\n')
    return 1
  }
  const dropped = await withRuntime(context, {}, (runtime) => runtime.collections.drop(name, { signal }))
  if (flags['json']) process.stdout.write(`${toJson({ name, dropped, records: collection.count })}\n`)
  else if (dropped)
    process.stdout.write(` deleted ${printableLine(name)}: ${plural(collection.count, 'record')}; the files stay\n`)
  else process.stdout.write(` ${printableLine(name)} was deleted meanwhile\n`)
  return 0
}

// ---

const agreed = ({ name, count: records }: CollectionInfo, signal: AbortSignal): Promise<boolean> => {
  if (!process.stdin.isTTY)
    throw usage({ name: 'collections' }, `deleting "${printableLine(name)}" needs --yes where nobody can be asked.`)
  return askYes(`Delete the collection ${printableLine(name)} with ${plural(records, 'record')}?`, { signal })
}

const isAlias = (name: string, collection: CollectionInfo): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `"${printableLine(name)}" is an alias of "${printableLine(collection.name)}".`,
    hint: `Name the collection to delete it, or take the alias away: rt collections alias ${printableLine(name)}=`,
  })
