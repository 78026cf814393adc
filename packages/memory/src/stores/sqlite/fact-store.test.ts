import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FactStore } from '@rt/core'
import { openDatabase } from '@rt/node/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createFactStore } from './fact-store.ts'

const open = async (): Promise<FactStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-facts-'))
  const database = await openDatabase({ path: join(folder, 'rt.db') })
  onTestFinished(async () => {
    await database[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  return createFactStore({ database })
}
const texts = async (store: FactStore, principal: string): Promise<string[]> =>
  (await store.list(principal)).map(({ text }) => text)

test('facts are attributed, of each principal apart, and can be taken back', async () => {
  const store = await open()
  const first = await store.add('ada', { text: ' likes tea ', thread: 't', traceId: 'turn-1' })
  expect(first).toMatchObject({ text: 'likes tea', thread: 't', traceId: 'turn-1' })
  expect(await store.add('ada', { text: 'likes tea', traceId: 'turn-2' })).toEqual(first)
  await store.add('ada', { text: "is called '; DROP TABLE memory_facts; --", thread: 't', traceId: 'turn-2' })
  await store.add('bob', { text: 'likes tea', thread: 't', traceId: 'turn-1' })
  expect(await texts(store, 'ada')).toHaveLength(2)
  expect(await store.forget('bob', { id: first.id })).toBe(0)
  expect(await store.forget('ada', { traceId: 'turn-2' })).toBe(1)
  expect(await texts(store, 'ada')).toEqual(['likes tea'])
  expect(await store.forget('ada', { thread: 't' })).toBe(1)
  expect([await texts(store, 'ada'), await texts(store, 'bob')]).toEqual([[], ['likes tea']])
})

test('there is an end to them', async () => {
  const store = await open()
  for (const text of ['', '  ', 'x'.repeat(1001)])
    await expect(store.add('ada', { text })).rejects.toMatchObject({ code: 'invalid_request' })
  await Promise.all(Array.from({ length: 1000 }, (_, index) => store.add('ada', { text: `fact ${index}` })))
  await expect(store.add('ada', { text: 'one more' })).rejects.toMatchObject({ code: 'conflict' })
  await store.add('bob', { text: 'one more' })
})
