// Run and killed by kill-rounds.ts: says what it finds, then writes and says so of each write, until it is killed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { VectorCollection } from '@rt/core'
import { look } from './look.ts'
import { ALIAS, COLLECTIONS, DIMENSIONS, operationAt, type Operation, tenthOf, textOf, vectorOf } from './plan.ts'
import { subjects } from './subjects.ts'

const [path = '', seed = '', first = '', kind = '', end] = process.argv.slice(2)
const subject = subjects[kind]!
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const stamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'crash/12' } as const

const begun = performance.now()
const store = await subject.create(path)
const open = (name: string): Promise<VectorCollection> =>
  store.collection(name, stamp, name === 'graph' ? subject.graph : {})
const collections: Record<string, VectorCollection> = {}
for (const name of COLLECTIONS) collections[name] = await open(name)
await collections['one']!.count()
const openMs = performance.now() - begun

say({ ...(await look(store, open, Number(first))), openMs })
if (end) {
  await store[Symbol.asyncDispose]()
  process.exit()
}

const run = async (operation: Operation, number: number): Promise<void> => {
  const { kind } = operation
  if (kind === 'compact') return subject.compact(path)
  if (kind === 'alias') return store.alias({ [ALIAS]: operation.collection })
  // Long enough for what the store does when it is idle: a graph is built and saved.
  if (kind === 'rest') return sleep(400)
  if (kind === 'search') {
    const vector = vectorOf('id-1', number)
    for (const collection of Object.values(collections)) await collection.search({ vector, k: 5, text: 'id7' })
    return
  }
  const collection = collections[operation.collection]!
  if (kind === 'delete') return void (await collection.delete(operation.ids))
  if (kind === 'delete by filter') return void (await collection.delete({ filter: { tenth: operation.tenth } }))
  if (kind === 'update')
    return void (await collection.update(operation.ids.map((id) => ({ id, set: { updated: number } }))))
  const records = operation.ids.map((id) => ({
    id,
    vector: vectorOf(id, number),
    text: textOf(id, number),
    metadata: { written: number, updated: number, tenth: tenthOf(id) },
  }))
  await collection.upsert(kind === 'import' ? records.values() : records)
}

for (let number = Number(first); ; number++) {
  const operation = operationAt(Number(seed), number)
  say({ begins: number, kind: operation.kind })
  await run(operation, number)
  say({ done: number })
}
