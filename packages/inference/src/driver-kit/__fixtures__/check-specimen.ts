import { expect } from 'vitest'
import { compileGrammar } from '../compile-grammar.ts'
import { createJsonValidator } from '../schema/validate-json.ts'
import { readGbnf } from './gbnf.ts'
import { createOracle } from './oracle.ts'
import { createRandom } from './random.ts'
import { randomSpecimen, spoil } from './random-schema.ts'
import { toDraft7 } from './to-draft-7.ts'

/** Compiles the schema of a seed: valid values belong to its grammar, others do not, and what it writes is valid. */
export const checkSpecimen = (seed: number, rounds: number): void => {
  const random = createRandom(seed + 1)
  const { schema: written, value } = randomSpecimen(random)
  // Every third in the words of draft-07.
  const schema = seed % 3 === 0 ? toDraft7(written) : written
  const isValid = createOracle(schema)
  const validate = createJsonValidator(schema)
  const { grammar, relaxed } = compileGrammar(schema, { budgetMs: 30_000 })
  const gbnf = readGbnf(grammar)
  const about = (more: unknown): string => JSON.stringify({ seed, schema, more, relaxed })

  for (let round = 0; round < rounds; round++) {
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
}
