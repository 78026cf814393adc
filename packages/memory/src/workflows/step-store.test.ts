import { createFakeClock } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { makeFolder, openTemporary } from '../__fixtures__/open-temporary.ts'
import { createStepStore } from './step-store.ts'

const report = { id: 'w', principal: 'a', name: 'report', input: { topic: 'x' } }

test('what steps returned is there again after a restart, and of nobody else', async () => {
  const folder = await makeFolder()
  const store = await createStepStore({ database: await openTemporary(folder) })
  expect(await store.open(report)).toEqual({ ...report, status: 'running', steps: {} })
  await store.step('a', 'w', 'one', { n: 1 })
  await store.step('a', 'w', '__proto__', null)
  const again = await createStepStore({ database: await openTemporary(folder) })
  const { steps } = await again.open(report)
  expect(Object.entries(steps)).toEqual([
    ['__proto__', null],
    ['one', { n: 1 }],
  ])
  expect(await again.open({ ...report, principal: 'b' })).toMatchObject({ steps: {} })
})

test('an id keeps its name and input; one that failed runs again, one that finished does not', async () => {
  const store = await createStepStore({ database: await openTemporary() })
  await store.open(report)
  await store.end('a', 'w', { error: { code: 'internal', message: 'no', retryable: false } })
  expect(await store.list('a')).toMatchObject([{ status: 'failed', error: { message: 'no' } }])
  const other = await store.open({ ...report, name: 'other', input: 1 })
  expect(other).toMatchObject({ name: 'report', input: { topic: 'x' }, status: 'running' })
  expect(other).not.toHaveProperty('error')
  await store.end('a', 'w', { result: [1] })
  expect(await store.open(report)).toMatchObject({ status: 'finished', result: [1] })
  expect(await store.delete('b', 'w')).toBe(false)
  expect(await store.delete('a', 'w')).toBe(true)
  expect(await store.list('a')).toEqual([])
})

test('deletes what ended long ago', async () => {
  const clock = createFakeClock()
  const database = await openTemporary()
  const store = await createStepStore({ database, clock, keepMs: 1000 })
  for (const id of ['ended', 'open']) {
    await store.open({ ...report, id })
    await store.step('a', id, 'one', 1)
  }
  await store.end('a', 'ended', { result: 1 })
  await clock.advance(1001)
  await store.open({ ...report, id: 'new' })
  expect((await store.list('a')).map(({ id }) => id)).toEqual(['new', 'open'])
  expect(await database.all('SELECT workflow FROM memory_workflow_steps')).toEqual([{ workflow: 'open' }])
})
