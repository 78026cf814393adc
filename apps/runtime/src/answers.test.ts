import { emptyUsage, type StreamPart } from '@rt/core'
import { expect, it } from 'vitest'
import { createAnswers } from './answers.ts'

async function* answer(): AsyncGenerator<StreamPart, void> {
  yield { type: 'start', model: 'm' }
  yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
}
const isIdle = async (answers: ReturnType<typeof createAnswers>): Promise<boolean> => {
  let idle = false
  void answers.idle(60_000).then(() => (idle = true))
  await new Promise(setImmediate)
  return idle
}

it('is idle before the first answer, and when each was read, left, or failed', async () => {
  const answers = createAnswers()
  expect(await isIdle(answers)).toBe(true)
  const [read, left, failed, never] = [
    answers.open(async () => answer()),
    answers.open(async () => answer()),
    answers.open(() => Promise.reject(new TypeError('no model'))),
    answers.open(async () => answer()),
  ]
  await Promise.all([read, left].map((stream) => stream.next()))
  expect(await isIdle(answers)).toBe(false)
  const idle = answers.idle(60_000)
  for await (const _ of read);
  await left.return!()
  for await (const { type } of failed) expect(type).toBe('error')
  await never.return!()
  await idle
  const stuck = answers.open(async () => answer())
  await stuck.next()
  await answers.idle(1)
  await stuck.return!()
  expect(await isIdle(answers)).toBe(true)
})
