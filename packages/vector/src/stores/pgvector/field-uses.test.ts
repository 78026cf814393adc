import { expect, it } from 'vitest'
import { parseFilter } from '../../filter/index.ts'
import { createFieldUses } from './field-uses.ts'

const asking = (name: string): NonNullable<ReturnType<typeof parseFilter>> => parseFilter({ [name]: { gt: 1 } })!

it('calls a field hot at its twentieth use, and counts anew after an hour', () => {
  const uses = createFieldUses()
  for (let use = 1; use < 20; use++) expect(uses.note(asking('year'), use)).toEqual([])
  expect(uses.note(asking('year'), 3_600_002)).toEqual([])
  for (let use = 2; use < 20; use++) expect(uses.note(asking('year'), 3_600_003)).toEqual([])
  expect(uses.note(asking('year'), 3_600_004)).toEqual([{ kind: 'number', path: ['year'] }])
})

it('forgets fields that are asked for once: callers may make up any number of names', () => {
  const uses = createFieldUses()
  let made = 0
  const madeUp = (count: number): void => {
    for (let i = 0; i < count; i++) uses.note(asking(`made-up-${made++}`), 0)
  }
  for (let use = 1; use < 20; use++) {
    uses.note(asking('steady'), 0)
    madeUp(100)
  }
  expect(uses.note(asking('steady'), 0)).toHaveLength(1)
  for (let use = 1; use < 20; use++) uses.note(asking('seldom'), 0)
  madeUp(1000)
  expect(uses.note(asking('seldom'), 0)).toEqual([])
})
