import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { createEventStore } from './event-store.ts'

const message = (n: number) => ({ jsonrpc: '2.0' as const, method: 'n', params: { n } })

const replay = async (store: EventStore, after: string): Promise<unknown[]> => {
  const sent: unknown[] = []
  const send = async (_id: string, message: JSONRPCMessage): Promise<void> =>
    void sent.push((message as { params?: { n?: unknown } }).params?.n)
  await store.replayEventsAfter(after, { send })
  return sent
}

describe('the event store', () => {
  it('gives what came later in the same stream, but for the event that only opens one', async () => {
    const store = createEventStore()
    const first = await store.storeEvent('a', {} as never)
    await store.storeEvent('b', message(1))
    await store.storeEvent('a', message(2))
    await store.storeEvent('a', {} as never)
    const last = await store.storeEvent('a', message(3))
    expect(await replay(store, first)).toEqual([2, 3])
    expect(await replay(store, last)).toEqual([])
  })

  it.each([{ events: 2 }, { bytes: 100 }])('keeps so much (%j), and does not know what it dropped', async (bounds) => {
    const store = createEventStore(bounds)
    const ids: string[] = []
    for (let n = 0; n < 3; n++) ids.push(await store.storeEvent('a', message(n)))
    expect(await store.getStreamIdForEventId!(ids[0]!)).toBeUndefined()
    expect(await store.getStreamIdForEventId!(ids[1]!)).toBe('a')
    expect(await replay(store, ids[1]!)).toEqual([2])
  })
})
