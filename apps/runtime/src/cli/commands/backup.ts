import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { called } from '../called.ts'
import { type CommandDefinition, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { bytes, localTime } from '../output/units.ts'
import { withData } from '../with-data.ts'

export const command: CommandDefinition = {
  name: 'backup',
  summary: 'Copy all data into one file; works while rt serve runs',
  positionals: '[FILE]',
  max: 1,
  completes: 'file',
  flags: { ...DATA_FLAGS, ...JSON_FLAG },
  examples: ['rt backup', 'rt backup before-upgrade.db', 'rt backup /mnt/backups/'],
  async run(context) {
    const target = await targetOf(context.args[0] ?? '.')
    const made = await withData(context, (runtime) => runtime.backup(target, { signal: context.signal }))
    if (!made) throw nothingYet()
    process.stdout.write(
      context.flags['json']
        ? `${toJson(made)}\n`
        : ` ${printableLine(made.path)} · ${bytes(made.bytes)} · checked\n ${called} restore FILE   puts it back\n`,
    )
  },
}

/** In a folder, a name that sorts by time. */
const targetOf = async (given: string): Promise<string> => {
  const path = resolve(given)
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return isFolder ? join(path, defaultName(Date.now())) : path
}

/** `rt-2026-11-22-1405.db`, by the clock of this place. */
export const defaultName = (at: number): string => `rt-${localTime(at).replace(' ', '-').replace(':', '')}.db`

const nothingYet = (): RtError =>
  new RtError({
    code: 'not_found',
    message: 'there is no data to back up yet.',
    hint: 'Name the data folder: --data FOLDER, or RT_DATA.',
  })
