import { emptyUsage, type RunStore, type StreamPart } from '@rt/core'
import { createFakeClock, runStoreConformance } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { makeFolder, openTemporary } from '../__fixtures__/open-temporary.ts'
import { createRunStore } from './run-store.ts'

runStoreConformance(
  {
    name: 'sqlite',
    async create() {
      const folder = await makeFolder()
      const clock = createFakeClock()
      const open = async (): Promise<RunStore> => createRunStore({ database: await openTemporary(folder), clock })
      return { store: await open(), other: open, outlastLease: () => clock.advance(61_000) }
    },
  },
  { describe, it, expect },
)

const state = { step: 0, written: [], usage: emptyUsage(), calls: 0, ms: 0, pending: [], tainted: false }
const make = (store: RunStore, id: string): Promise<void> =>
  store.create({ id, principal: 'a', status: 'running', request: {}, state })

describe('createRunStore', () => {
  it('alone on its database, it takes over at once what another left', async () => {
    const folder = await makeFolder()
    await make(await createRunStore({ database: await openTemporary(folder) }), 'r')
    const database = await openTemporary(folder)
    expect(await (await createRunStore({ database })).claim('a', 'r')).toBeUndefined()
    const alone = await createRunStore({ database, alone: true })
    expect(await alone.claim('a', 'r')).toMatchObject({ id: 'r', status: 'running' })
    expect(await alone.claim('a', 'r')).toBeUndefined()
  })

  it('deletes what ended long ago, and nothing that waits', async () => {
    const clock = createFakeClock()
    const database = await openTemporary()
    const store = await createRunStore({ database, clock, keepMs: 1000 })
    for (const status of ['finished', 'waiting', 'running'] as const) {
      await make(store, status)
      await store.save('a', status, { status, parts: [{ type: 'text-delta', text: 'x' }] })
    }
    await clock.advance(1000)
    await make(store, 'new')
    expect(await store.list('a')).toHaveLength(4)
    await clock.advance(1)
    await make(store, 'newer')
    expect((await store.list('a')).map(({ id }) => id)).not.toContain('finished')
    expect(await database.all(`SELECT DISTINCT run FROM memory_run_parts`)).toEqual([
      { run: 'running' },
      { run: 'waiting' },
    ])
  })

  it('keeps the newest parts of a run that wrote very many, and says which are gone', async () => {
    const store = await createRunStore({ database: await openTemporary(), maxParts: 3 })
    await make(store, 'r')
    const parts = ['1', '2', '3', '4', '5'].map((text): StreamPart => ({ type: 'text-delta', text }))
    await store.save('a', 'r', { parts: parts.slice(0, 4) })
    await store.save('a', 'r', { parts: parts.slice(4) })
    expect(await store.parts('a', 'r', 2)).toEqual(parts.slice(2))
    await expect(store.parts('a', 'r', 1)).rejects.toMatchObject({ code: 'not_found', data: { after: 2 } })
    expect(await store.get('a', 'r')).toMatchObject({ parts: 5 })
  })

  it('reads very many parts in pieces', async () => {
    const store = await createRunStore({ database: await openTemporary() })
    await make(store, 'r')
    await store.save('a', 'r', {
      parts: Array.from({ length: 1500 }, (_, index): StreamPart => ({ type: 'step-start', step: index })),
    })
    expect(await store.parts('a', 'r', 0)).toHaveLength(1000)
    expect(await store.parts('a', 'r', 1000)).toHaveLength(500)
  })

  it('says that a row is damaged', async () => {
    const database = await openTemporary()
    const store = await createRunStore({ database })
    await make(store, 'r')
    await database.write({ sql: `UPDATE memory_runs SET state = 'x'` })
    await expect(store.get('a', 'r')).rejects.toMatchObject({ code: 'database_corrupt' })
  })
})
