import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { RtError } from '@rt/core'
import type { Source } from './source.ts'

/** Copies from a folder of the machine, such as a share of the company. */
export const file: Source<'file'> = async ({ path }, { file: wanted, workspace, signal, onProgress }) => {
  const to = join(workspace, 'file')
  let done = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length
      onProgress?.(done, wanted.bytes ?? 0)
      if (done > (wanted.bytes ?? Infinity))
        next(new RtError({ code: 'payload_too_large', message: `it is larger than ${wanted.bytes} bytes.` }))
      else next(null, chunk)
    },
  })
  await pipeline(createReadStream(fileURLToPath(path)), count, createWriteStream(to), { signal })
  return to
}
