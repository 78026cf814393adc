import { emptyUsage, type RunInfo, type RunOperations } from '@rt/core'
import { expect, it } from 'vitest'
import { decide } from './decide.ts'

const pending = ['a', 'b'].map((id) => ({
  id,
  name: 'remove',
  arguments: { path: id },
  hash: `h-${id}`,
  reason: 'asks',
}))
const run: RunInfo = {
  id: 'r1',
  principal: 'local',
  status: 'waiting',
  step: 1,
  calls: 0,
  usage: emptyUsage(),
  pending,
  parts: 1,
  createdAt: 1,
  updatedAt: 1,
  live: false,
}
const subject = () => {
  const told: unknown[] = []
  const note = (name: string) => async (_: string, decision: object) => {
    told.push([name, decision])
    return run
  }
  return { told, runtime: { runs: { approve: note('approve'), deny: note('deny') } as unknown as RunOperations } }
}
const yes = { approved: true, call: undefined, reason: undefined, options: {} }

it('approves the call that is named, by what was seen of it', async () => {
  const { told, runtime } = subject()
  await decide(runtime, run, { ...yes, call: 'b' })
  expect(told).toEqual([['approve', { call: 'b', hash: 'h-b' }]])
})

it('approves several calls one by one only', async () => {
  const { told, runtime } = subject()
  await expect(decide(runtime, run, yes)).rejects.toMatchObject({
    code: 'invalid_request',
    hint: expect.stringContaining('rt runs approve r1 b'),
  })
  expect(told).toEqual([])
})

it('denies all that wait', async () => {
  const { told, runtime } = subject()
  await decide(runtime, run, { ...yes, approved: false, reason: 'no' })
  expect(told).toEqual(['a', 'b'].map((call) => ['deny', { call, hash: `h-${call}`, reason: 'no' }]))
})

it('says that nothing waits', async () => {
  const { runtime } = subject()
  await expect(decide(runtime, { ...run, status: 'finished' }, yes)).rejects.toMatchObject({ code: 'conflict' })
  await expect(decide(runtime, run, { ...yes, call: 'c' })).rejects.toMatchObject({ code: 'not_found' })
})
