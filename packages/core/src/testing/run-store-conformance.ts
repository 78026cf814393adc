import { emptyUsage } from '../message/usage.ts'
import type { StreamPart } from '../message/stream-part.ts'
import type { LoopState, PendingCall, RunRecord, RunStore } from '../thread/run-store.ts'
import type { TestFunctions } from './test-functions.ts'

export interface RunStoreSubject {
  /** Heads the tests. */
  name: string
  /** A new, empty place for runs. */
  create(): Promise<RunStoreUnderTest>
}

export interface RunStoreUnderTest {
  store: RunStore
  /** Another store object on the same runs, as another process has it. */
  other(): Promise<RunStore>
  /** Longer than a lease, in its time. */
  outlastLease(): Promise<void>
  close?(): Promise<void>
}

const CALL: PendingCall = { id: 'c1', name: 'remove', arguments: { path: 'ä' }, hash: 'h1', reason: 'asks' }
const STATE: LoopState = {
  step: 1,
  written: [{ v: 1, id: 'm', role: 'assistant', parts: [{ type: 'text', text: 'Grüße 👋' }] }],
  usage: { ...emptyUsage(), output: 3 },
  calls: 2,
  ms: 5.5,
  usd: 0.25,
  pending: [CALL],
  label: 'local-only',
  tainted: true,
}
const RUN: Parameters<RunStore['create']>[0] = {
  id: 'r1',
  principal: 'a',
  status: 'running',
  request: { list: [1, { b: null }] },
  state: STATE,
}
const text = (given: string): StreamPart => ({ type: 'text-delta', text: given })
const yes = { call: 'c1', hash: 'h1', approved: true }

/** What every RunStore must do, wherever it keeps its runs. */
export const runStoreConformance = ({ name, create }: RunStoreSubject, tests: TestFunctions): void => {
  const { describe, it, expect } = tests
  const test = (title: string, run: (under: RunStoreUnderTest) => Promise<void>): unknown =>
    it(title, async () => {
      const under = await create()
      try {
        await run(under)
      } finally {
        await under.close?.()
      }
    })
  const refused = (work: Promise<unknown>, code: string): Promise<unknown> =>
    expect(work).rejects.toMatchObject({ code })
  const waiting = async (store: RunStore): Promise<void> => {
    await store.create(RUN)
    await store.save('a', 'r1', { status: 'waiting' })
  }
  const statusOf = async (store: RunStore): Promise<RunRecord['status'] | undefined> =>
    (await store.get('a', 'r1'))?.status

  describe(`RunStore: ${name}`, () => {
    test('gives back what it was given', async ({ store, other }) => {
      await store.create({ ...RUN, thread: 't', traceId: 'f' })
      const found = await (await other()).get('a', 'r1')
      const { createdAt, updatedAt, ...rest } = found!
      expect(rest).toEqual({ ...RUN, thread: 't', traceId: 'f', parts: 0 })
      expect(updatedAt).toBe(createdAt)
      expect(await store.get('a', 'none')).toBe(undefined)
      await refused(store.create(RUN), 'conflict')
    })

    test('lists the newest first, by status and thread', async ({ store }) => {
      await store.create(RUN)
      await store.create({ ...RUN, id: 'r2', thread: 't' })
      await store.save('a', 'r1', { status: 'waiting' })
      const ids = async (options?: Parameters<RunStore['list']>[1]): Promise<string[]> =>
        (await store.list('a', options)).map(({ id }) => id)
      expect(await ids()).toEqual(['r2', 'r1'])
      expect(await ids({ status: 'waiting' })).toEqual(['r1'])
      expect(await ids({ thread: 't' })).toEqual(['r2'])
      expect(await ids({ limit: 1 })).toEqual(['r2'])
    })

    test('hides the run of a principal from another', async ({ store }) => {
      await waiting(store)
      expect(await store.get('b', 'r1')).toBe(undefined)
      expect(await store.list('b')).toEqual([])
      expect(await store.parts('b', 'r1', 0)).toEqual([])
      expect(await store.delete('b', 'r1')).toBe(false)
      await refused(store.save('b', 'r1', {}), 'not_found')
      await refused(store.decide('b', 'r1', yes), 'not_found')
      await refused(store.cancel('b', 'r1'), 'not_found')
      await refused(store.claim('b', 'r1'), 'not_found')
      expect(await statusOf(store)).toBe('waiting')
    })

    test('appends parts, and reads them from any of them on', async ({ store }) => {
      await store.create(RUN)
      await store.save('a', 'r1', { parts: ['1', '2'].map(text), traceId: 'f' })
      await store.save('a', 'r1', { parts: [text('3')], state: { ...STATE, step: 2 } })
      expect(await store.parts('a', 'r1', 0)).toEqual(['1', '2', '3'].map(text))
      expect(await store.parts('a', 'r1', 2)).toEqual([text('3')])
      expect(await store.parts('a', 'r1', 3)).toEqual([])
      const { parts, state, traceId } = (await store.get('a', 'r1'))!
      expect([parts, state.step, traceId]).toEqual([3, 2, 'f'])
    })

    test('takes nothing more for a run that has ended', async ({ store }) => {
      const error = { code: 'timeout', message: 'late.', retryable: true } as const
      await store.create(RUN)
      await store.save('a', 'r1', { status: 'failed', error, parts: [text('1')] })
      expect((await store.get('a', 'r1'))!.error).toEqual(error)
      await refused(store.save('a', 'r1', { parts: [text('2')] }), 'conflict')
      await refused(store.decide('a', 'r1', yes), 'conflict')
      await refused(store.claim('a', 'r1'), 'conflict')
      expect(await store.cancel('a', 'r1')).toBe(false)
      expect(await store.parts('a', 'r1', 0)).toEqual([text('1')])
    })

    test('a cancelled run takes nothing more of who works on it', async ({ store }) => {
      await store.create(RUN)
      expect(await store.cancel('a', 'r1')).toBe(true)
      await refused(store.save('a', 'r1', { status: 'finished' }), 'conflict')
      expect(await statusOf(store)).toBe('cancelled')
    })

    test('notes a decision, once, about the very call that was seen', async ({ store }) => {
      await waiting(store)
      await refused(store.decide('a', 'none', yes), 'not_found')
      await refused(store.decide('a', 'r1', { ...yes, call: 'c2' }), 'not_found')
      await refused(store.decide('a', 'r1', { ...yes, hash: 'h2' }), 'conflict')
      const decided = await store.decide('a', 'r1', { ...yes, approved: false, reason: 'no.' })
      expect(decided.state.pending).toEqual([{ ...CALL, decision: { approved: false, reason: 'no.' } }])
      await refused(store.decide('a', 'r1', yes), 'conflict')
      expect((await store.get('a', 'r1'))!.state).toEqual(decided.state)
    })

    test('a run that is worked on is not decided', async ({ store }) => {
      await store.create(RUN)
      await refused(store.decide('a', 'r1', yes), 'conflict')
    })

    test('gives a run that waits to one alone', async ({ store, other }) => {
      await waiting(store)
      const second = await other()
      const claims = await Promise.all([store, second, store].map((one) => one.claim('a', 'r1')))
      expect(claims.filter(Boolean).length).toBe(1)
      expect(claims.find(Boolean)!.status).toBe('running')
      const loser = claims[1] ? store : second
      await refused(loser.save('a', 'r1', { parts: [text('x')] }), 'conflict')
      expect(await store.parts('a', 'r1', 0)).toEqual([])
    })

    test('gives a run whose process is gone to another when its lease is over, not before', async (under) => {
      const { store } = under
      const second = await under.other()
      await store.create(RUN)
      expect(await second.claim('a', 'r1')).toBe(undefined)
      await under.outlastLease()
      await store.save('a', 'r1', {})
      expect(await second.claim('a', 'r1')).toBe(undefined)
      await under.outlastLease()
      expect((await second.claim('a', 'r1'))?.id).toBe('r1')
      await refused(store.save('a', 'r1', {}), 'conflict')
    })

    test('deletes a run with its parts', async ({ store }) => {
      await store.create(RUN)
      await store.save('a', 'r1', { parts: [text('1')] })
      expect(await store.delete('a', 'r1')).toBe(true)
      expect(await store.delete('a', 'r1')).toBe(false)
      await store.create(RUN)
      expect(await store.parts('a', 'r1', 0)).toEqual([])
    })
  })
}
