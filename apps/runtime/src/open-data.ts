import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RtError } from '@rt/core'
import { type Database, openDatabase } from '@rt/node/sqlite'

/**
 * The data file; one that is only read is not made.
 *
 * @throws RtError `forbidden`, `not_found`, or what opening a database throws.
 */
export const openData = async (path: string, readOnly: boolean): Promise<Database> => {
  if (!readOnly || existsSync(path)) return openDatabase({ path, readOnly })
  const folder = dirname(path)
  if (existsSync(folder) && !(await canRead(folder)))
    throw new RtError({ code: 'forbidden', message: `the data folder ${folder} cannot be read.` })
  throw new RtError({
    code: 'not_found',
    message: `there is no data in ${folder} yet.`,
    hint: 'Ingest documents first, or name another folder.',
  })
}

const canRead = (folder: string): Promise<boolean> =>
  access(folder, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
