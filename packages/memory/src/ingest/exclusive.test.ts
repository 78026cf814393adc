import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { openTemporary } from '../__fixtures__/open-temporary.ts'
import { exclusive } from './exclusive.ts'

it('lets one in at a time, also past one that gave up waiting', async () => {
  const database = await openTemporary()
  const steps: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = exclusive(database, 'a', async () => {
    await gate.promise
    steps.push('first')
  })
  const controller = new AbortController()
  const second = exclusive(database, 'a', async () => steps.push('second'), controller.signal)
  const third = exclusive(database, 'a', async () => steps.push('third'))
  await exclusive(database, 'b', async () => steps.push('elsewhere'))
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'aborted' })
  gate.resolve()
  await Promise.all([first, third])
  expect(steps).toEqual(['elsewhere', 'first', 'third'])
})

it('keeps nothing of what was done', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const database = await openTemporary()
  const results: WeakRef<object>[] = []
  for (let turn = 0; turn < 3; turn++)
    await exclusive(database, 'a', async () => {
      const result = { turn }
      results.push(new WeakRef(result))
      return result
    })
  await vi.waitFor(() => {
    collect()
    expect(results.filter((result) => result.deref())).toEqual([])
  })
})
