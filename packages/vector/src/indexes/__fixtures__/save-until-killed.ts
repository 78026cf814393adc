// `save-until-killed.ts KIND FOLDER`: saves versions 1, 2, 3 ... of an index, and prints each when it is saved.
import { writeSync } from 'node:fs'
import { RtError } from '@rt/core'
import { writeIndexFile } from '../cache-file/write-index-file.ts'
import { loadDriver } from '../load-driver.ts'
import type { GraphKind, GraphOptions } from '../types.ts'
import { clustered } from './clustered.ts'
import { endToEnd } from './end-to-end.ts'
import { metaOf } from './meta-of.ts'

const [kind, folder] = process.argv.slice(2) as [GraphKind, string]
const loaded = await loadDriver(kind)
if ('missing' in loaded) throw new RtError({ code: 'not_found', message: loaded.missing })
const options: GraphOptions = { dimensions: 32, metric: 'cosine', precision: 'f32' }
using index = loaded.driver.create({ ...options, capacity: 100 })
const vectors = clustered(500, options.dimensions, 1)
for (let version = 1; ; version++) {
  const slot = version % vectors.length
  index.add(Uint32Array.of(slot), endToEnd([vectors[slot]!]))
  writeIndexFile(folder, 'c1', { ...metaOf(index, options), version }, (path) => index.save(path))
  writeSync(1, `${version}\n`)
}
