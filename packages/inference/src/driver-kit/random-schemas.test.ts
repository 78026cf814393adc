import { describe, it } from 'vitest'
import { checkSpecimen } from './__fixtures__/check-specimen.ts'

// Thousands more in random-schemas.long.test.ts.
describe('schemas that nobody wrote', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('%d', (seed) => checkSpecimen(seed, 6))
})
