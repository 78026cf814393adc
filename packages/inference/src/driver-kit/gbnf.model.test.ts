import { getLlama, type Llama } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCHEMAS } from './__fixtures__/schemas.ts'
import { compileGrammar, jsonObjectGrammar, toolCallGrammar } from './index.ts'

// The native parser has the last word on what GBNF is. No weights are needed.
describe('grammars in llama.cpp', () => {
  let llama: Llama
  beforeAll(async () => {
    llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1 })
  })
  afterAll(() => llama.dispose())

  it.each(Object.entries(SCHEMAS))('loads the grammar of %s', async (_name, schema) => {
    await expect(llama.createGrammar({ grammar: compileGrammar(schema) })).resolves.toBeDefined()
  })

  it('loads the grammar of any object and of tool calls', async () => {
    const tools = Object.entries(SCHEMAS).flatMap(([name, parameters]) =>
      parameters['type'] === 'object' ? [{ name, description: '', parameters }] : [],
    )
    await expect(llama.createGrammar({ grammar: jsonObjectGrammar() })).resolves.toBeDefined()
    await expect(llama.createGrammar({ grammar: toolCallGrammar(tools, 'required') })).resolves.toBeDefined()
  })

  it('loads the largest grammar the compiler lets through', async () => {
    const string = (i: number) => ({ type: 'string', minLength: 1990 - i, maxLength: 1_000_000 - i })
    const properties = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`k${i}`, string(i)]))
    const grammar = compileGrammar({ type: 'object', properties })
    await expect(llama.createGrammar({ grammar })).resolves.toBeDefined()
  })

  it('refuses what is not a grammar, so that the tests above can fail', async () => {
    await expect(llama.createGrammar({ grammar: 'root ::= missing' })).rejects.toThrow('Failed to parse grammar')
  })
})
