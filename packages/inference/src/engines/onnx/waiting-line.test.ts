import { expect, it } from 'vitest'
import { createWaitingLine } from './waiting-line.ts'

const { signal: never } = new AbortController()

it('lets so many in, and the others in the order they came', async () => {
  const line = createWaitingLine(1)
  const order: string[] = []
  const first = await line.enter(never)
  const others = ['b', 'c'].map(async (name) => {
    const place = await line.enter(never)
    order.push(name)
    expect(line.running).toBe(1)
    place[Symbol.dispose]()
  })
  expect([line.running, line.waiting]).toEqual([1, 2])
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  await Promise.all(others)
  expect(order).toEqual(['b', 'c'])
  expect([line.running, line.waiting]).toEqual([0, 0])
})

it('forgets who gives up, also at the very moment of its turn', async () => {
  const line = createWaitingLine(1)
  const first = await line.enter(never)
  const [early, late] = [new AbortController(), new AbortController()]
  const gone = line.enter(early.signal)
  const torn = line.enter(late.signal)
  early.abort()
  await expect(gone).rejects.toMatchObject({ code: 'aborted' })
  expect(line.waiting).toBe(1)
  first[Symbol.dispose]()
  late.abort()
  await expect(torn).rejects.toMatchObject({ code: 'aborted' })
  expect([line.running, line.waiting]).toEqual([0, 0])
})

it('is bounded', async () => {
  const line = createWaitingLine(1)
  await line.enter(never)
  for (let i = 0; i < 64; i++) void line.enter(never)
  await expect(line.enter(never)).rejects.toMatchObject({ code: 'overloaded' })
})
