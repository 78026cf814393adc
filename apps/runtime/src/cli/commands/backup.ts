import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { backup, type BackupResult } from '@rt/node/sqlite'
import { called } from '../called.ts'
import { type CommandContext, type CommandDefinition, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { findData } from '../find-data.ts'
import { findOwner } from '../find-owner.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { bytes, localTime } from '../output/units.ts'
import { WITHOUT_CONFIG } from '../with-data.ts'

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
    const made = await backUp(context, target)
    process.stdout.write(
      context.flags['json']
        ? `${toJson(made)}\n`
        : ` ${printableLine(made.path)} · ${bytes(made.bytes)} · checked\n ${called} restore ${quoted(made.path)}   puts it back\n`,
    )
  },
}

/**
 * By the server where there is one, since it has spans in its memory; else from the file, which needs no runtime and so
 * works where nothing may be written beside it.
 */
const backUp = async (context: CommandContext, target: string): Promise<Omit<BackupResult, 'versions'>> => {
  const { flags, signal } = context
  const data = await findData(flags)
  const owner = await findOwner(data)
  if (owner?.address) return withRuntime(context, WITHOUT_CONFIG, (runtime) => runtime.backup(target, { signal }))
  const file = join(data, 'rt.db')
  if (!existsSync(file)) throw nothingYet()
  return backup(file, target, { signal })
}

/** As a shell takes it as one word. */
const quoted = (path: string): string => {
  const shown = printableLine(path)
  return /[^\p{L}\p{N}/\\:._-]/u.test(shown) ? JSON.stringify(shown) : shown
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
