// The folder at argv[3] is a file system too small for the copy, which claims to have room.
import fs, { readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { backup } from '../backup.ts'

const [, , source = '', folder = ''] = process.argv
fs.promises.statfs = (async () => ({ bavail: 1_000_000, bsize: 4096 })) as unknown as typeof fs.promises.statfs
syncBuiltinESMExports()
const failed = await backup(source, join(folder, 'copy.db')).catch((error: unknown) => error)
console.log(JSON.stringify({ code: RtError.isInstance(failed) && failed.code, left: readdirSync(folder) }))
