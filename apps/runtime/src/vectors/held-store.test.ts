import { createSqliteStore } from '@rt/vector'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createHeldStore } from './held-store.ts'

it('runs work between the writes of one collection, and lets everything else through', async () => {
  await using folder = await temporaryFolder()
  await using store = createHeldStore(await createSqliteStore({ path: join(folder.path, 'a.db') }))
  const collection = await store.collection('a')
  const other = await store.collection('b')
  const events: string[] = []

  const begun = Promise.withResolvers<void>()
  const more = Promise.withResolvers<void>()
  async function* slowly() {
    yield { id: 'first' }
    begun.resolve()
    await more.promise
    yield { id: 'second' }
  }
  const running = collection.upsert(slowly()).then(() => events.push('written'))
  await begun.promise
  const over = Promise.withResolvers<void>()
  const inside = Promise.withResolvers<void>()
  const still = store.whileStill('a', async () => {
    events.push('still')
    inside.resolve()
    await over.promise
    return collection.count()
  })
  const waiting = [
    collection.upsert([{ id: 'third' }]).then(() => events.push('third')),
    collection.update([{ id: 'first', set: { seen: true } }]).then(() => events.push('updated')),
    collection.delete(['second']).then(() => events.push('deleted')),
  ]
  // Not held up: another collection, and reading.
  await other.upsert([{ id: 'x' }])
  expect(await collection.count()).toBeLessThan(3)
  expect(events).toEqual([])

  more.resolve()
  await Promise.all([running, inside.promise])
  expect(events).toEqual(['written', 'still'])
  over.resolve()
  expect(await still).toBe(2)
  await Promise.all(waiting)
  expect(events.slice(2).toSorted()).toEqual(['deleted', 'third', 'updated'])
})

it('lets writers in again when the work failed, and one at a time be still', async () => {
  await using folder = await temporaryFolder()
  await using store = createHeldStore(await createSqliteStore({ path: join(folder.path, 'a.db') }))
  const collection = await store.collection('a')
  const gate = Promise.withResolvers<void>()
  const events: string[] = []
  const first = store.whileStill('a', async () => {
    await gate.promise
    events.push('first')
    throw new Error('failed')
  })
  const second = store.whileStill('a', async () => void events.push('second'))
  const written = collection.upsert([{ id: 'x' }])
  gate.resolve()
  await expect(first).rejects.toThrow('failed')
  await Promise.all([second, written])
  expect(events).toEqual(['first', 'second'])
  expect(await collection.count()).toBe(1)
})
