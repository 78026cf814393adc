// Run by full-disk.service.test.ts on a file system that is too small: writes until it is full, makes room, and writes on.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RtError, type VectorHit, type VectorRecord } from '@rt/core'
import { createSqliteStore } from '../../index.ts'
import { createRandom, randomVector } from '../random.ts'

const DIMENSIONS = 64
const BATCH = 200
const [folder = ''] = process.argv.slice(2)
const random = createRandom(1)
const ballast = join(folder, 'ballast')
writeFileSync(ballast, new Uint8Array(3_000_000))

const batch = (number: number): VectorRecord[] =>
  Array.from({ length: BATCH }, (_, i) => ({
    id: `${number}-${i}`,
    vector: randomVector(random, DIMENSIONS),
    text: `batch${number}`,
    metadata: { number },
  }))

const store = await createSqliteStore({ path: join(folder, 'rt.db') })
const stamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'full/64' } as const
// The files of its graph lie on the same disk.
const collection = await store.collection('filled', stamp, { index: 'usearch' })

const all = new Map<string, Float32Array>()
const write = async (number: number): Promise<string | undefined> => {
  const records = batch(number)
  try {
    await collection.upsert(records)
    for (const { id, vector } of records) all.set(id, vector!)
    return undefined
  } catch (error) {
    return RtError.isInstance(error) ? error.code : String(error)
  }
}

/** Whether everything that was acknowledged is there, and nothing else, and searches find it. */
const whole = async (number: number): Promise<boolean> => {
  const vector = [...all.values()][number]!
  const exact: VectorHit[] = await collection.search({ vector, k: 1, exact: true })
  const usual = await collection.search({ vector, k: 1 })
  const words = await collection.search({ text: 'batch0', k: 1000 })
  const id = [...all.keys()][number]
  return (
    (await collection.count()) === all.size && exact[0]?.id === id && usual[0]?.id === id && words.length === BATCH
  )
}

let refused: string | undefined
let number = 0
for (; refused === undefined; number++) refused = await write(number)
const again = await write(number++)
const readable = await whole(BATCH + 7)
rmSync(ballast)
const withRoom = await write(number)
console.log(JSON.stringify({ refused, again, readable, withRoom, whole: await whole(all.size - 1) }))
await store[Symbol.asyncDispose]()
