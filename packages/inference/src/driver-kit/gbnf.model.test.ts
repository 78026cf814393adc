import { getLlama, type Llama } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from './__fixtures__/random.ts'
import { randomSpecimen, spoil } from './__fixtures__/random-schema.ts'
import { createOracle } from './__fixtures__/oracle.ts'
import { readGbnf } from './__fixtures__/gbnf.ts'
import { HOSTILE, RELAXED, SCHEMAS } from './__fixtures__/schemas.ts'
import { compileGrammar, jsonObjectGrammar } from './compile-grammar.ts'
import { callOrAnswerGrammar, toolCallGrammar } from './tool-grammar.ts'

/** Internal of node-llama-cpp: whether a whole text belongs to the grammar, as llama.cpp's sampler sees it. */
interface Testable {
  _testText(text: string): boolean
}

// The native parser has the last word on what GBNF is. No weights are needed.
describe('grammars in llama.cpp', () => {
  let llama: Llama
  beforeAll(async () => {
    llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1 })
  })
  afterAll(() => llama.dispose())
  const load = async (grammar: string): Promise<Testable> =>
    (await llama.createGrammar({ grammar })) as unknown as Testable

  it.each(
    Object.entries({
      ...SCHEMAS,
      ...Object.fromEntries(Object.entries(RELAXED).map(([name, { schema }]) => [name, schema])),
    }),
  )('reads the grammar of %s as our tests do', async (_name, schema) => {
    const { grammar } = compileGrammar(schema)
    const native = await load(grammar)
    const random = createRandom(5)
    const gbnf = readGbnf(grammar)
    for (let round = 0; round < 12; round++) {
      const text = gbnf.sample(random)
      expect([text, native._testText(text)]).toEqual([text, true])
      const cut = text.slice(0, -1)
      expect([cut, native._testText(cut)]).toEqual([cut, gbnf.matches(cut)])
    }
  })

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'takes and refuses values of the generated schema %d',
    async (seed) => {
      const random = createRandom(seed + 1000)
      const { schema, value } = randomSpecimen(random)
      const isValid = createOracle(schema)
      const { grammar, relaxed } = compileGrammar(schema)
      const native = await load(grammar)
      for (let round = 0; round < 10; round++) {
        const good = JSON.stringify(value())
        expect([good, native._testText(good)]).toEqual([good, true])
        const bad = spoil(value(), random)
        if (!relaxed.length && !isValid(bad)) expect([bad, native._testText(JSON.stringify(bad))]).toEqual([bad, false])
      }
    },
  )

  it.each(Object.entries(HOSTILE).filter(([, { ends }]) => ends !== 'refused'))(
    'loads the grammar of %s',
    async (_name, { schema }) => {
      await expect(load(compileGrammar(schema, { budgetMs: 60_000 }).grammar)).resolves.toBeDefined()
    },
  )

  it('loads the grammar of any object, of tool calls, and of a call or an answer', async () => {
    const tools = Object.entries(SCHEMAS).flatMap(([name, parameters]) =>
      parameters['type'] === 'object' && !('minProperties' in parameters)
        ? [{ name, description: '', parameters }]
        : [],
    )
    await expect(load(jsonObjectGrammar())).resolves.toBeDefined()
    await expect(load(toolCallGrammar(tools, 'required').grammar)).resolves.toBeDefined()
    await expect(load(callOrAnswerGrammar(tools, { type: 'array' }).grammar)).resolves.toBeDefined()
  })

  it('loads the largest grammar the compiler lets through', async () => {
    const string = (i: number) => ({ type: 'string', minLength: 1990 - i, maxLength: 1_000_000 - i })
    const properties = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`k${i}`, string(i)]))
    await expect(load(compileGrammar({ type: 'object', properties }).grammar)).resolves.toBeDefined()
  })

  it('refuses what is not a grammar, so that the tests above can fail', async () => {
    await expect(load('root ::= missing')).rejects.toThrow('Failed to parse grammar')
  })
})
