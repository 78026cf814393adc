// `save-until-full.ts KIND FOLDER`: saves an index that grows into FOLDER until that is full, then prints how it ended.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { readIndexFile } from '../cache-file/read-index-file.ts'
import { writeIndexFile } from '../cache-file/write-index-file.ts'
import { loadDriver } from '../load-driver.ts'
import type { GraphKind, GraphOptions } from '../types.ts'
import { clustered } from './clustered.ts'
import { endToEnd } from './end-to-end.ts'
import { metaOf } from './meta-of.ts'

const codeOf = (action: () => void): string => {
  try {
    action()
    return 'none'
  } catch (error) {
    return RtError.isInstance(error) ? error.code : 'no RtError'
  }
}

const [kind, folder] = process.argv.slice(2) as [GraphKind, string]
const STEP = 50
const loaded = await loadDriver(kind)
if ('missing' in loaded) throw new RtError({ code: 'not_found', message: loaded.missing })
const { driver } = loaded
const options: GraphOptions = { dimensions: 32, metric: 'cosine', precision: 'f32' }
using index = driver.create({ ...options, capacity: 100 })
const vectors = clustered(20_000, options.dimensions, 1)

let saved = 0
let failure: unknown
while (failure === undefined) {
  const next = vectors.slice(index.size, index.size + STEP)
  index.add(
    Uint32Array.from(next, (_, i) => index.size + i),
    endToEnd(next),
  )
  try {
    writeIndexFile(folder, 'c1', metaOf(index, options), (path) => index.save(path))
    saved = index.size
  } catch (error) {
    failure = error
  }
}
// Without a meta file, which would fail as well.
const direct = codeOf(() => index.save(join(folder, 'direct')))
rmSync(join(folder, 'direct'))
const found = readIndexFile(folder, 'c1')
const whole =
  found !== undefined && 'meta' in found && driver.load(found.graphPath, { ...options, size: found.meta.size })
console.log(
  JSON.stringify({
    code: RtError.isInstance(failure) ? failure.code : 'no RtError',
    direct,
    saves: saved / STEP > 5,
    before: whole && whole.size === saved,
    files: readdirSync(folder).length,
  }),
)
