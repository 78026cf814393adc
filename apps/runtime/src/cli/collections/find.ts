import { type CollectionInfo, nearestNames, RtError } from '@rt/core'
import { called } from '../called.ts'
import type { CommandContext } from '../command.ts'
import { printableLine } from '../output/printable.ts'
import { withData } from '../with-data.ts'
import { findInfo } from '../../vectors/find-collection.ts'

/** All of them: of the store that the settings name. */
export const listed = async (context: CommandContext): Promise<CollectionInfo[]> =>
  (await withData(context, (runtime) => runtime.collections.list(), {})) ?? []

/** @throws RtError `not_found` naming those there are. */
export const find = async (context: CommandContext, name: string): Promise<CollectionInfo> => {
  const infos = await listed(context)
  const found = findInfo(infos, name)
  if (found) return found
  const names = infos.flatMap((info) => [info.name, ...(info.aliases ?? [])]).map(printableLine)
  const [near] = nearestNames(name, names)
  const known = names.length
    ? `Collections: ${names.join(', ')}.`
    : `There is none yet: ${called} ingest FOLDER makes one.`
  throw new RtError({
    code: 'not_found',
    message: `there is no collection "${name}".`,
    hint: `${near ? `Did you mean ${near}? ` : ''}${known}`,
  })
}
