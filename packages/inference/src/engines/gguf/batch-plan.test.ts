import { expect, test } from 'vitest'
import { type BatchPlan, createBatchPlan, createBatchTally, type QueuedItem } from './batch-plan.ts'

interface Item extends QueuedItem {
  name: string
}
const step = (id: number): Item => ({ name: `step ${id}`, tokens: [1], evaluationPriority: id })
const piece = (id: number): Item => ({ name: `piece ${id}`, tokens: Array(64).fill(1), evaluationPriority: id })

const createPlan = (size = 8) => {
  const tally = createBatchTally()
  const plan = createBatchPlan(size, tally)
  for (const lane of plan.lanes) tally.lanes.add(lane)
  return { plan, tally }
}
const write = (plan: BatchPlan, ...ids: number[]): void => {
  for (const id of ids) plan.lanes[id]!.decoding = true
}
const next = (plan: BatchPlan, ...items: Item[]): string[] => plan.next({ items }).map(({ item }) => item.name)

/** The context of the binding: it asks again as soon as the first one of the last batch is back. */
const run = (plan: BatchPlan, rounds: number, all: Item[]): string[][] => {
  const batches: string[][] = []
  let back = all.length
  while (batches.length < rounds) {
    const last = batches.at(-1) ?? []
    const waiting = all.filter(({ name }) => !last.includes(name))
    const returning = all.filter(({ name }) => last.includes(name))
    const batch = next(plan, ...waiting, ...returning.slice(0, back++))
    if (!batch.length) continue
    batches.push(batch)
    back = waiting.length ? 0 : 1
  }
  return batches
}

test('a step waits for all that are being written, and goes in the order of the sequences', () => {
  const { plan, tally } = createPlan()
  write(plan, 0, 1, 2)
  expect(run(plan, 2, [step(2), step(0), step(1)])).toEqual([
    ['step 0', 'step 1', 'step 2'],
    ['step 0', 'step 1', 'step 2'],
  ])
  expect(tally).toMatchObject({ steps: 2, rows: 6, streams: 6 })
})

test('one that does not come back is waited for once, until it is back', () => {
  const { plan, tally } = createPlan()
  write(plan, 0, 1)
  let questions = 1
  while (!next(plan, step(0)).length) questions++
  expect(questions).toBeGreaterThan(50)
  expect(questions).toBeLessThan(1000)
  expect(next(plan, step(0))).toEqual(['step 0'])
  expect(next(plan, step(0), step(1))).toEqual(['step 0', 'step 1'])
  expect(next(plan, step(0))).toEqual([])
  // What was missed shows: two streams, one row.
  expect(tally).toMatchObject({ steps: 3, rows: 4, streams: 6 })
})

test('who stopped writing is not waited for', () => {
  const { plan } = createPlan()
  write(plan, 0, 1)
  expect(next(plan, step(0))).toEqual([])
  plan.lanes[1]!.decoding = false
  expect(next(plan, step(0))).toEqual(['step 0'])
})

test('prompts are read a piece at a time, each in its turn, with a step of the others after every piece', () => {
  const { plan } = createPlan()
  write(plan, 0, 1)
  const prompts = [2, 3]
  const batches = run(plan, 6, [step(1), step(0), ...prompts.map(piece)])
  expect(batches.map((batch) => batch.length)).toEqual([2, 1, 2, 1, 2, 1])
  for (const lane of plan.lanes) lane.decoding = false
  expect(next(plan, piece(2))).toEqual(['piece 2'])
  expect(next(plan, piece(2))).toEqual(['piece 2'])
})

test('steps that go alone are never computed with others, and get as many turns', () => {
  const { plan } = createPlan()
  write(plan, 0, 1, 2, 3)
  plan.lanes[2]!.alone = true
  plan.lanes[3]!.alone = true
  const batches = run(plan, 12, [step(3), step(0), step(2), step(1), piece(5)])
  const turns = (name: string): number => batches.filter((batch) => batch.includes(name)).length
  expect(
    batches.filter((batch) => batch.includes('step 2') || batch.includes('step 3')).every((b) => b.length === 1),
  ).toBe(true)
  expect(['step 0', 'step 1', 'step 2', 'step 3', 'piece 5'].map(turns)).toEqual([3, 3, 3, 3, 3])
})

test('a step with guessed tokens is a step like others, and writes one row', () => {
  const { plan, tally } = createPlan()
  write(plan, 0, 1)
  plan.lanes[0]!.drafting = true
  const guessed: Item = { name: 'step 0', tokens: Array(8).fill(1), evaluationPriority: 0 }
  expect(run(plan, 3, [guessed, step(1), piece(2)])).toEqual([['step 0', 'step 1'], ['piece 2'], ['step 0', 'step 1']])
  expect(plan.next({ items: [guessed, step(1)] }).map(({ processAmount }) => processAmount)).toEqual([8, 1])
  expect(tally).toMatchObject({ steps: 3, rows: 6 })
})
