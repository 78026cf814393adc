import { expect, test } from 'vitest'
import { createLookupDrafter, LONGEST_MATCH } from './lookup-drafter.ts'

const read = (tokens: number[]) => {
  const drafter = createLookupDrafter()
  for (const token of tokens) drafter.push(token)
  return drafter
}

test('goes on as the text did where its last tokens stood before', () => {
  const drafter = read([1, 2, 3, 4, 5, 9, 2, 3])
  expect(drafter.match).toBe(2)
  expect(drafter.draft(3)).toEqual([4, 5, 9])
  drafter.push(4)
  expect([drafter.match, ...drafter.draft(2)]).toEqual([3, 5, 9])
})

test('has nothing to guess from where nothing stood before, or one token only', () => {
  expect(read([]).draft(3)).toEqual([])
  expect(read([1, 2, 3]).draft(3)).toEqual([])
  const one = read([1, 2, 3, 7, 2])
  expect([one.match, one.draft(3)]).toEqual([0, []])
})

test('a guess that was wrong is looked up anew', () => {
  const drafter = read([1, 2, 3, 4, 8, 3, 6, 7, 1, 2, 3])
  expect(drafter.draft(1)).toEqual([4])
  drafter.push(6)
  expect([drafter.match, ...drafter.draft(2)]).toEqual([2, 7, 1])
})

test('a long match wins over a later short one', () => {
  const drafter = read([1, 2, 3, 4, 5, 77, 0, 4, 5, 88, 0, 1, 2, 3, 4, 5])
  expect([drafter.match, ...drafter.draft(1)]).toEqual([5, 77])
})

test('a text that repeats itself is guessed beyond its end', () => {
  expect(read([9, 1, 2, 3, 1, 2, 3, 1, 2]).draft(7)).toEqual([3, 1, 2, 3, 1, 2, 3])
})

test('matches are counted up to a limit', () => {
  const text = Array.from({ length: 100 }, (_, token) => token)
  const drafter = read([...text, ...text.slice(0, 90)])
  expect(drafter.match).toBe(LONGEST_MATCH)
  expect(drafter.draft(2)).toEqual([90, 91])
})
