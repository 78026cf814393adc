import { rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type ErrorCode, RtError } from '@rt/core'
import { checkIntegrity, type OwnerInfo, readOwner, restore } from '@rt/node/sqlite'
import { askYes } from '../../ask-yes.ts'
import { kvFolder, prepareFolder, refuseFile } from '../../folders.ts'
import { knownVersions } from '../../known-versions.ts'
import { called } from '../called.ts'
import { type CommandDefinition, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { findData } from '../find-data.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { bytes, localTime } from '../output/units.ts'
import { usage } from '../parse.ts'

export const command: CommandDefinition = {
  name: 'restore',
  summary: 'Put a backup in the place of the data; what was there is kept beside it',
  positionals: 'FILE',
  min: 1,
  max: 1,
  completes: 'file',
  flags: { ...DATA_FLAGS, ...JSON_FLAG, yes: { type: 'boolean', short: 'y', description: 'Do not ask' } },
  examples: ['rt restore before-upgrade.db', 'rt restore rt-2026-11-22-1405.db --yes', 'rt restore copy.db --data .rt'],
  async run({ args, flags, signal }) {
    const from = resolve(args[0]!)
    const data = await findData(flags)
    await refuseFile(data)
    const owner = await readOwner(data)
    if (owner) throw owned(owner)
    const to = join(data, 'rt.db')
    await requireBackup(from, signal)
    const present = await describe(to)
    if (present && !flags['yes']) {
      if (!process.stdin.isTTY) throw usage(command, 'there is nobody to ask: say --yes to replace the data.')
      const question = `Replace ${printableLine(to)} (${present}) by ${printableLine(from)} (${await describe(from)})?`
      if (!(await askYes(question, { signal }))) {
        process.stderr.write(' nothing was changed\n')
        return 1
      }
    }
    await prepareFolder(data)
    const result = await restore({ from, to, signal, known: await knownVersions() })
    // Of threads as they were before, some of which are in no data any more.
    await rm(kvFolder(data), { recursive: true, force: true })
    if (flags['json']) process.stdout.write(`${toJson(result)}\n`)
    else {
      process.stdout.write(` restored ${bytes(result.bytes)} to ${printableLine(result.path)}\n`)
      if (result.kept) process.stdout.write(` the data from before: ${printableLine(result.kept)}\n`)
    }
    return 0
  },
}

/** Before anybody is asked: about the backup, since nothing is wrong with the data. */
const requireBackup = async (file: string, signal: AbortSignal): Promise<void> => {
  const hint = `Name a file that ${called} backup made.`
  const refuse = (code: ErrorCode, message: string): RtError => new RtError({ code, message, hint })
  const found = await stat(file).catch(() => undefined)
  const name = JSON.stringify(file)
  if (!found) throw refuse('not_found', `there is no file ${name}.`)
  if (!found.isFile())
    throw refuse('invalid_request', `${name} is ${found.isDirectory() ? 'a folder' : 'no file'}, not a backup.`)
  const { ok, problems, versions } = await checkIntegrity(file, { signal })
  const short = printableLine(basename(file))
  if (!ok) {
    const more = problems.length > 1 ? `, and ${problems.length - 1} more` : ''
    throw refuse('database_corrupt', `${short} is no whole backup: ${problems[0]}${more}. Nothing was changed.`)
  }
  if (!Object.keys(versions).length)
    throw refuse('invalid_request', `${short} is a SQLite file, but not one of rt. Nothing was changed.`)
}

/** Undefined when there is no such file. */
const describe = async (file: string): Promise<string | undefined> => {
  const found = await stat(file).catch(() => undefined)
  return found && `${bytes(found.size)}, of ${localTime(found.mtimeMs)}`
}

const owned = ({ pid, address }: OwnerInfo): RtError =>
  new RtError({
    code: 'folder_owned',
    message: `process ${pid} uses this data folder${address ? `, listening on ${address}` : ''}. Nothing was changed.`,
    hint: address ? `Stop it first: ${called} stop` : 'Wait until it ends, or end it where it runs.',
    data: { pid },
  })
