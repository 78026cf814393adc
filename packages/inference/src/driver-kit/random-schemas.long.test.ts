import { expect, it } from 'vitest'
import { checkSpecimen } from './__fixtures__/check-specimen.ts'
import { HOSTILE } from './__fixtures__/schemas.ts'
import { compileGrammar } from './compile-grammar.ts'

it.each(Array.from({ length: 40 }, (_, i) => 10_000 + i * 100))('schemas that nobody wrote, from %d on', (first) => {
  for (let seed = first; seed < first + 100; seed++) checkSpecimen(seed, 12)
})

// A second is the budget; ten times as much for a slow machine.
it.each(Object.entries(HOSTILE))('comes to an end in time with %s', (_name, { schema }) => {
  const begun = performance.now()
  try {
    compileGrammar(schema)
  } catch (error) {
    expect(error).toMatchObject({ code: 'schema_unsupported' })
  }
  expect(performance.now() - begun).toBeLessThan(10_000)
})

it('compiles a schema of 240 nested properties in time', () => {
  const kinds = [
    { type: 'string' },
    { type: 'integer', minimum: 0, maximum: 65_535 },
    { type: 'number', minimum: 0, maximum: 1 },
    { type: 'string', format: 'date-time' },
    { type: 'string', pattern: '^[a-z][a-z0-9-]{0,62}$' },
    { enum: ['a', 'b', 'c'] },
    { type: 'array', items: { type: 'string', format: 'uri' } },
    { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^\\d+%$' }] },
  ]
  const object = (count: number, rest: object = {}) => ({
    type: 'object',
    properties: {
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`key_${i}`, kinds[i % kinds.length]])),
      ...rest,
    },
  })
  const again = { again: { $ref: '#/$defs/again' } }
  const nested = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`nested_${i}`, object(24 + i, again)]))
  const begun = performance.now()
  const { relaxed } = compileGrammar(
    { ...object(40, nested), $defs: { again: object(8, again) } },
    { budgetMs: 10_000 },
  )
  expect(relaxed).toEqual([])
  expect(performance.now() - begun).toBeLessThan(10_000)
})
