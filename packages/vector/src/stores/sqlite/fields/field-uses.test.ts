import { expect, it } from 'vitest'
import { parseFilter } from '../../../filter/index.ts'
import { createFieldUses } from './field-uses.ts'

const filter = (name: string) => parseFilter({ [name]: 1 })!

it('says once that a field is hot, and not for uses that are long ago', () => {
  const uses = createFieldUses()
  for (let i = 0; i < 19; i++) expect(uses.note(1, filter('lang'), i)).toBe(false)
  expect(uses.note(1, filter('lang'), 3_600_000)).toBe(false)
  for (let i = 0; i < 18; i++) uses.note(1, filter('lang'), 3_600_001)
  expect(uses.note(1, filter('lang'), 3_600_002)).toBe(true)
  expect(uses.takeHot()).toEqual([{ collection: 1, path: '["lang"]' }])
  expect(uses.takeHot()).toEqual([])
})

it('counts no more fields than a thousand, whatever names callers make up', () => {
  const uses = createFieldUses()
  for (let i = 0; i < 19; i++) uses.note(1, filter('lang'), 0)
  for (let i = 0; i < 5000; i++) uses.note(1, filter(`made up ${i}`), 0)
  expect(uses.takeUsed()).toHaveLength(1000)
  expect(uses.note(1, filter('lang'), 0)).toBe(false)
})
