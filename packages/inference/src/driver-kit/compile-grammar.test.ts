import type { JsonSchema } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { readGbnf } from './__fixtures__/gbnf.ts'
import { createRandom } from './__fixtures__/random.ts'
import { optionalKeys, REFUSED, SCHEMAS } from './__fixtures__/schemas.ts'
import { validate } from './__fixtures__/validate.ts'
import { compileGrammar, jsonObjectGrammar } from './compile-grammar.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('compileGrammar', () => {
  it.each(Object.entries(SCHEMAS))('%s: whatever the grammar writes is compact and valid', (_name, schema) => {
    const grammar = readGbnf(compileGrammar(schema))
    const random = createRandom(7)
    for (let round = 0; round < 60; round++) {
      const text = grammar.sample(random)
      const value: unknown = JSON.parse(text)
      expect(validate(schema, value)).toBeUndefined()
      // No free white space: what remains without the strings holds none.
      expect(text.replace(/"(?:[^"\\]|\\.)*"/gs, '')).not.toMatch(/\s/)
    }
  })

  it.each([
    ['optional first', ['{"c":""}', '{"a":"","c":""}', '{"b":"x","c":""}', '{"a":"","b":"","c":""}']],
    ['all optional', ['{}', '{"a":""}', '{"b":0}', '{"c":null}', '{"a":"","c":null}', '{"a":"","b":-1,"c":null}']],
    ['odd keys', ['{"c\\\\d":"","":""}', '{"a \\"b\\"":"1","c\\\\d":"","é\\n":"","":"","x y":""}']],
    ['string', ['""', '"é漢😀"', '"\\u00e9\\n\\\\\\""', `"${'a'.repeat(512)}"`, '" "']],
    ['integer', ['0', '-1', '999999999999999']],
    ['number', ['0', '0.5', '12.25e-3', '1E9']],
    ['nullable', ['null', '"abc"']],
    ['free object', ['{}', '{"a":{"b":[1,{"c":[true]}]}}']],
    ['anything', ['null', '"x"', '[[],{}]']],
    ['mixed enum', ['{"a":[1,{"b":"c\\""}]}', '-2e+21', '[]']],
  ])('%s: lets every valid form through', (name, texts) => {
    const grammar = readGbnf(compileGrammar(SCHEMAS[name]!))
    for (const text of texts) expect([text, grammar.matches(text)]).toEqual([text, true])
  })

  it.each([
    [
      'optional first',
      ['{}', '{"a":""}', '{"c":"","a":""}', '{"a":"","a":"","c":""}', '{"c":"","d":""}', '{,"c":""}', '{"c":"",}'],
    ],
    ['all optional', ['{ }', '{"a" :""}', '{"b":0,"a":""}', '{"a":"""b":0}', '{"b":1.5}', '']],
    ['string', ['"', '"a', '"\n"', '"\\x"', '"\\ud800"', `"${'a'.repeat(513)}"`, "'a'", '"a" ', '"\u0000"']],
    ['bounded string', ['"a"', '"abcdef"']],
    ['integer', ['01', '-0', '1.0', '+1', '1e3', '1000000000000000', '']],
    ['positive integer', ['-1']],
    ['number', ['-1', '.5', '1.', '1e', '1e999', 'NaN']],
    ['bounded array', ['[""]', '["","","",""]', '["",""', '["", ""]']],
    ['enum of a type', ['2.5', '"three"', '2']],
    ['no keys', ['{"a":1}']],
  ])('%s: stops every invalid form', (name, texts) => {
    const grammar = readGbnf(compileGrammar(SCHEMAS[name]!))
    for (const text of texts) expect([text, grammar.matches(text)]).toEqual([text, false])
  })

  it.each(Object.entries(REFUSED))('refuses %s and names keyword and path', (_name, { schema, keyword, path }) => {
    const error = errorOf(() => compileGrammar(schema as JsonSchema))
    expect(error).toMatchObject({ code: 'schema_unsupported', data: { keyword, path } })
    expect(error).toHaveProperty('message', expect.stringContaining(`"${keyword}" at ${path} `))
    expect(error).toHaveProperty('hint', expect.stringMatching(/\.$/))
  })

  it('grows by a constant for each optional key', () => {
    const size = (count: number): number => readGbnf(compileGrammar(optionalKeys(count))).size
    expect(size(200) - size(100)).toBe(size(400) - size(300))
    expect(size(400)).toBeLessThanOrEqual(2 * 400 + 5)
    expect(compileGrammar(optionalKeys(400)).length).toBeLessThan(400 * 120)
  })

  it('never writes a repetition above 2,000, which llama.cpp takes for no limit', () => {
    expect(compileGrammar({ type: 'string', maxLength: 100_000 })).toContain('{0,2000}')
    expect(compileGrammar({ type: 'array', maxItems: 100_000 })).toContain('{0,1999}')
  })

  it('shares the rules of equal parts', () => {
    const strings = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, { type: 'string' }]))
    expect(compileGrammar({ type: 'object', properties: strings }).match(/\{0,512\}/g)).toHaveLength(1)
  })

  it('refuses what would be too large for the native parser', () => {
    const wide = {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [`k${i}`, { type: 'string', maxLength: 1000 + i }]),
      ),
    }
    let deep: JsonSchema = { type: 'string' }
    for (let i = 0; i < 40; i++) deep = { type: 'array', items: deep }
    const cyclic: JsonSchema = { type: 'array' }
    cyclic['items'] = cyclic
    const codes = [wide, deep, cyclic, optionalKeys(600), { enum: Array.from({ length: 600 }, (_, i) => i) }].map(
      (schema) => errorOf(() => compileGrammar(schema)),
    )
    for (const error of codes) expect(error).toMatchObject({ code: 'schema_unsupported' })
    expect(errorOf(() => compileGrammar(SCHEMAS['nested']!, { maxRules: 10 }))).toMatchObject({
      data: { maxRules: 10 },
    })
  })
})

describe('jsonObjectGrammar', () => {
  it('takes any object and nothing else', () => {
    const grammar = readGbnf(jsonObjectGrammar())
    const random = createRandom(3)
    for (let round = 0; round < 100; round++) expect(JSON.parse(grammar.sample(random))).toBeTypeOf('object')
    for (const text of ['{}', '{"a":[1,{"b":null}],"c":"d"}']) expect(grammar.matches(text)).toBe(true)
    for (const text of ['[]', '1', '{} ', '{"a":}', '{"a" : 1}']) expect(grammar.matches(text)).toBe(false)
  })
})
