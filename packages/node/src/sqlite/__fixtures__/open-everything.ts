// Says how this user gets on with the data folder argv[2]: a line of JSON for each way to open it.
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { acquireOwner, backup, checkIntegrity, openDatabase } from '../index.ts'

const [, , folder = '', copy = ''] = process.argv
const path = join(folder, 'rt.db')
const ways: Record<string, () => Promise<unknown>> = {
  own: async () => (await acquireOwner({ folder }))[Symbol.asyncDispose](),
  write: async () => (await openDatabase({ path }))[Symbol.asyncDispose](),
  read: async () => (await openDatabase({ path, readOnly: true }))[Symbol.asyncDispose](),
  check: async () => (await checkIntegrity(path)).ok,
  backup: async () => (await backup(path, copy)).versions,
}
const outcomes: Record<string, unknown> = {}
for (const [name, way] of Object.entries(ways)) {
  outcomes[name] = await way().then(
    (value) => value ?? 'ok',
    (error: unknown) => (RtError.isInstance(error) ? [error.code, error.message, error.hint] : String(error)),
  )
}
console.log(JSON.stringify(outcomes))
