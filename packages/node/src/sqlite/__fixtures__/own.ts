// Tries to own a folder when it reads a line, says how it went, and keeps it until its input ends.
import { once } from 'node:events'
import { RtError } from '@rt/core'
import { acquireOwner } from '../owner.ts'

console.log('ready')
await once(process.stdin, 'data')
try {
  const owner = await acquireOwner({ folder: process.argv[2]! })
  console.log(`owner ${owner.info.pid}`)
} catch (error) {
  console.log(RtError.isInstance(error) ? `${error.code} ${JSON.stringify(error.data?.pid)}` : String(error))
}
process.stdin.on('end', () => process.exit(0)).resume()
