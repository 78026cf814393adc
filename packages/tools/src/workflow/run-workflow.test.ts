import { type JsonValue, RtError, type StepStore, type WorkflowRecord } from '@rt/core'
import { createFakeTelemetry } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { runWorkflow } from './run-workflow.ts'
import { workflow } from './workflow.ts'

/** As a database would: nothing but JSON goes in and comes out. */
const createStore = (): StepStore & { rows: Map<string, WorkflowRecord> } => {
  const rows = new Map<string, WorkflowRecord>()
  const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
  return {
    rows,
    async open(given) {
      const row = rows.get(given.id) ?? { ...copy(given), status: 'running', steps: {} }
      rows.set(given.id, row)
      return copy(row)
    },
    async step(_, id, name, result) {
      rows.get(id)!.steps[name] = copy(result)
    },
    async end(_, id, end) {
      Object.assign(rows.get(id)!, 'error' in end ? { status: 'failed' } : { status: 'finished' }, copy(end))
    },
    list: async () => [...rows.values()],
    delete: async (_, id) => rows.delete(id),
  }
}

test('steps that are done are not done again: not after a failure, and not when it finished', async () => {
  const store = createStore()
  const ran: string[] = []
  let broken = true
  const report = workflow('report', async (topic: string, { step, map }) => {
    const parts = await step('outline', () => {
      ran.push('outline')
      return [1, 2, 3]
    })
    const texts = await map('part', parts, (part, { index }) => {
      ran.push(`part ${index}`)
      if (broken && part === 3) throw new RtError({ code: 'network', message: 'gone' })
      return `${topic} ${part}`
    })
    return texts.join(', ')
  })
  const run = (): Promise<JsonValue> => runWorkflow(report, 'x', { store, id: 'w' })
  await expect(run()).rejects.toMatchObject({ code: 'network' })
  expect(store.rows.get('w')).toMatchObject({ status: 'failed', error: { code: 'network' } })
  broken = false
  expect(await run()).toBe('x 1, x 2, x 3')
  expect(ran).toEqual(['outline', 'part 0', 'part 1', 'part 2', 'part 2'])
  expect(await run()).toBe('x 1, x 2, x 3')
  expect(ran).toHaveLength(5)
})

test('a process that ends in a step leaves those before it', async () => {
  const store = createStore()
  let ran = 0
  const stop = new AbortController()
  const two = workflow('two', async (_: null, { step }) => {
    await step('one', () => ++ran)
    return step('two', () => new Promise<number>((resolve) => (ran === 1 ? stop.abort() : resolve(ran))))
  })
  await expect(runWorkflow(two, null, { store, id: 'w', signal: stop.signal })).rejects.toMatchObject({
    code: 'aborted',
  })
  expect(store.rows.get('w')).toMatchObject({ status: 'running', steps: { one: 1 } })
  ran = 5
  expect(await runWorkflow(two, null, { store, id: 'w' })).toBe(5)
})

test('parallel steps, retries and limits', async () => {
  const store = createStore()
  let open = 0
  let most = 0
  const work = workflow('w', async (_: null, { map, step }) => {
    await map(
      'item',
      [1, 2, 3, 4, 5],
      async () => {
        most = Math.max(most, ++open)
        await Promise.resolve()
        open--
        return null
      },
      { concurrency: 2 },
    )
    return step(
      'flaky',
      ({ attempt }) => {
        if (attempt < 2) throw new RtError({ code: 'network', message: 'gone' })
        return attempt
      },
      { retry: { retries: 2, delayMs: 0 } },
    )
  })
  expect(await runWorkflow(work, null, { store })).toBe(2)
  expect(most).toBe(2)
  const hangs = workflow('hangs', (_: null, { step }) => step('s', () => new Promise<null>(() => {}), { timeoutMs: 1 }))
  await expect(runWorkflow(hangs, null, { store })).rejects.toMatchObject({ code: 'timeout' })
})

test.each([
  ['two steps of one name', async (_: null, { step }) => [await step('a', () => 1), await step('a', () => 2)]],
  ['a result JSON cannot carry', async (_: null, { step }) => step('a', () => 1n as never)],
] as [string, Parameters<typeof workflow<null, JsonValue>>[1]][])('refuses %s', async (_, run) => {
  await expect(runWorkflow(workflow('w', run), null, { store: createStore() })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('an id is of one workflow and input, and under way once', async () => {
  const store = createStore()
  const open = Promise.withResolvers<number>()
  const slow = workflow('slow', (_: JsonValue, { step }) => step('s', () => open.promise))
  const running = runWorkflow(slow, { a: 1, b: 2 }, { store, id: 'w' })
  await expect(runWorkflow(slow, { a: 1, b: 2 }, { store, id: 'w' })).rejects.toMatchObject({ code: 'conflict' })
  open.resolve(1)
  await running
  expect(await runWorkflow(slow, { b: 2, a: 1 }, { store, id: 'w' })).toBe(1)
  await expect(runWorkflow(slow, { a: 2 }, { store, id: 'w' })).rejects.toMatchObject({ code: 'conflict' })
})

test('a span for the workflow and for each step', async () => {
  const telemetry = createFakeTelemetry()
  const span = telemetry.span('turn')
  const one = workflow('one', (_: null, { step }) => step('a', () => 1))
  await runWorkflow(one, null, { store: createStore(), span })
  expect(telemetry.roots[0]!.children).toMatchObject([{ name: 'workflow one', children: [{ name: 'step a' }] }])
})
