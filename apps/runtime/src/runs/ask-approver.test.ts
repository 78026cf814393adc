import { collect, emptyUsage, RtError, type RunOperations, type StreamPart } from '@rt/core'
import { expect, it } from 'vitest'
import { askApprover } from './ask-approver.ts'

const asks = (id: string): StreamPart => ({
  type: 'approval-request',
  id,
  name: 'remove',
  arguments: { path: id },
  hash: `h-${id}`,
  reason: 'asks',
  run: 'r1',
})
const finish = (finishReason: 'approval' | 'stop'): StreamPart => ({
  type: 'finish',
  finishReason,
  usage: emptyUsage(),
})
const stream = async function* (...parts: StreamPart[]): AsyncGenerator<StreamPart> {
  yield* parts
}

const createRuns = (...legs: StreamPart[][]) => {
  const told: unknown[] = []
  const note = (name: string) => async (id: string, decision: object) => void told.push([name, id, decision])
  const runs = {
    approve: note('approve'),
    deny: note('deny'),
    resume: (id: string) => {
      told.push(['resume', id])
      return stream(...legs.shift()!)
    },
  } as unknown as RunOperations
  return { runs, told }
}

it('asks about each call, tells what was said, and goes on until the end', async () => {
  const { runs, told } = createRuns(
    [asks('c'), finish('approval')],
    [{ type: 'text-delta', text: 'Done.' }, finish('stop')],
  )
  const turn = stream(asks('a'), asks('b'), finish('approval'))
  const parts = askApprover(runs, turn, {
    approve: async ({ id, principal }) => ({ approved: id !== 'b', reason: `as ${principal}` }),
  })
  expect(await collect(parts)).toMatchObject({ text: 'Done.', finishReason: 'stop' })
  expect(told).toEqual([
    ['approve', 'r1', { call: 'a', hash: 'h-a' }],
    ['deny', 'r1', { call: 'b', hash: 'h-b', reason: 'as local' }],
    ['resume', 'r1'],
    ['approve', 'r1', { call: 'c', hash: 'h-c' }],
    ['resume', 'r1'],
  ])
})

it('decides nothing when asking fails', async () => {
  const { runs, told } = createRuns()
  const failure = new RtError({ code: 'aborted', message: 'no terminal.' })
  const parts = askApprover(runs, stream(asks('a'), finish('approval')), {
    approve: async () => {
      throw failure
    },
  })
  await expect(Array.fromAsync(parts)).rejects.toBe(failure)
  expect(told).toEqual([])
})
