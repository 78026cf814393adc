import { describe, expect, it } from 'vitest'
import { readGbnf } from './__fixtures__/gbnf.ts'
import { createOracle } from './__fixtures__/oracle.ts'
import { createRandom } from './__fixtures__/random.ts'
import { randomSpecimen, spoil } from './__fixtures__/random-schema.ts'
import { compileGrammar } from './compile-grammar.ts'
import { createJsonValidator } from './schema/validate-json.ts'

const ROUNDS = 50

describe('schemas that nobody wrote', () => {
  it.each(Array.from({ length: ROUNDS }, (_, seed) => seed))('%d', (seed) => {
    const random = createRandom(seed + 1)
    const { schema, value } = randomSpecimen(random)
    const isValid = createOracle(schema)
    const validate = createJsonValidator(schema)
    const { grammar, relaxed } = compileGrammar(schema)
    const gbnf = readGbnf(grammar)
    const about = (more: unknown): string => JSON.stringify({ schema, more, relaxed })

    for (let round = 0; round < 8; round++) {
      const good = value()
      expect(isValid(good), `the generator is wrong: ${about(good)}`).toBe(true)
      expect(gbnf.matches(JSON.stringify(good)), `a valid value is refused: ${about(good)}`).toBe(true)

      const bad = spoil(value(), random)
      const fine = isValid(bad)
      expect(validate(bad) === undefined, `the two validators disagree: ${about(bad)}`).toBe(fine)
      if (!fine && !relaxed.length)
        expect(gbnf.matches(JSON.stringify(bad)), `an invalid value is let through: ${about(bad)}`).toBe(false)

      const text = gbnf.sample(random)
      const written = JSON.parse(text)
      expect(validate(written) === undefined, `the two validators disagree: ${about(text)}`).toBe(isValid(written))
      if (!relaxed.length) expect(isValid(written), `the grammar writes what is invalid: ${about(text)}`).toBe(true)
    }
  })
})
