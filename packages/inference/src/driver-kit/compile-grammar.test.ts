import type { JsonSchema, JsonValue } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { readGbnf } from './__fixtures__/gbnf.ts'
import { createRandom } from './__fixtures__/random.ts'
import { createOracle } from './__fixtures__/oracle.ts'
import { HOSTILE, optionalKeys, REFUSED, RELAXED, SCHEMAS } from './__fixtures__/schemas.ts'
import { compileGrammar, jsonObjectGrammar } from './compile-grammar.ts'
import { createJsonValidator } from './schema/validate-json.ts'

const grammarOf = (schema: JsonSchema): string => compileGrammar(schema).grammar

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('compileGrammar', () => {
  it.each(Object.entries(SCHEMAS))('%s: whatever the grammar writes is compact and valid', (_name, schema) => {
    const { grammar: gbnf, relaxed } = compileGrammar(schema)
    expect(relaxed).toEqual([])
    const grammar = readGbnf(gbnf)
    const random = createRandom(7)
    const isValid = createOracle(schema)
    const validate = createJsonValidator(schema)
    for (let round = 0; round < 40; round++) {
      const text = grammar.sample(random)
      const value = JSON.parse(text) as JsonValue
      expect([text, isValid(value), validate(value)]).toEqual([text, true, undefined])
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
    const grammar = readGbnf(grammarOf(SCHEMAS[name]!))
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
    const grammar = readGbnf(grammarOf(SCHEMAS[name]!))
    for (const text of texts) expect([text, grammar.matches(text)]).toEqual([text, false])
  })

  it.each(Object.entries(REFUSED))('refuses %s and names keyword and path', (_name, { schema, keyword, path }) => {
    const error = errorOf(() => compileGrammar(schema as JsonSchema))
    expect(error).toMatchObject({ code: 'schema_unsupported', data: { keyword, path } })
    expect(error).toHaveProperty('message', expect.stringContaining(`"${keyword}" at ${path} `))
    expect(error).toHaveProperty('hint', expect.stringMatching(/\.$/))
  })

  it('grows by a constant for each optional key', () => {
    const size = (count: number): number => readGbnf(grammarOf(optionalKeys(count))).size
    expect(size(200) - size(100)).toBe(size(400) - size(300))
    expect(size(400)).toBeLessThanOrEqual(2 * 400 + 5)
    expect(grammarOf(optionalKeys(400)).length).toBeLessThan(400 * 120)
  })

  it('never writes a repetition above 2,000, which llama.cpp takes for no limit', () => {
    expect(grammarOf({ type: 'string', maxLength: 100_000 })).toContain('{0,2000}')
    expect(grammarOf({ type: 'array', maxItems: 100_000 })).toContain('{0,1999}')
  })

  it('shares the rules of equal parts', () => {
    const strings = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, { type: 'string' }]))
    expect(grammarOf({ type: 'object', properties: strings }).match(/\{0,512\}/g)).toHaveLength(1)
  })

  it.each(Object.entries(RELAXED))('relaxes only %s, and says so', (_name, { schema, relaxed }) => {
    const compiled = compileGrammar(schema)
    expect(compiled.relaxed.map(({ path, keyword }) => [path, keyword])).toEqual(relaxed)
    for (const { reason } of compiled.relaxed) expect(reason).not.toBe('')
    const grammar = readGbnf(compiled.grammar)
    const random = createRandom(11)
    const validate = createJsonValidator(schema)
    const [, leaf] = relaxed[0]!
    for (let round = 0; round < 40; round++) {
      const issue = validate(JSON.parse(grammar.sample(random)) as JsonValue)
      // What is relaxed is all that can be wrong, and the check afterwards sees it.
      if (issue) expect([leaf, 'required', 'minimum']).toContain(issue.keyword)
    }
  })

  it('keeps the sign of a bound that has too many digits', () => {
    const grammar = readGbnf(grammarOf({ type: 'integer', minimum: 1e20 }))
    expect(['5', '0', '-5'].map((text) => grammar.matches(text))).toEqual([true, false, false])
  })

  it('goes round in a circle only where something was read', () => {
    const boolean = readGbnf(grammarOf({ anyOf: [{ $ref: '#' }, { type: 'boolean' }] }))
    expect(['true', 'null', '""'].map((text) => boolean.matches(text))).toEqual([true, false, false])
  })

  it('comes back from a circle after eight turns', () => {
    const list = { type: 'object', properties: { next: { $ref: '#' } } }
    const grammar = readGbnf(grammarOf(list))
    const nested = (turns: number): string => (turns === 0 ? '{}' : `{"next":${nested(turns - 1)}}`)
    expect([8, 9].map((turns) => grammar.matches(nested(turns)))).toEqual([true, false])
    const tree = { type: 'object', properties: { children: { type: 'array', items: { $ref: '#' } } } }
    const items = (count: number): string => `{"children":[${Array.from({ length: count }, () => '{}').join()}]}`
    const trees = readGbnf(grammarOf(tree))
    expect([32, 33].map((count) => trees.matches(items(count)))).toEqual([true, false])
    expect([8, 9].map((count) => trees.matches(`{"children":[${items(count)}]}`))).toEqual([true, false])
  })

  it('ignores what stands beside a $ref in draft-07, and only there', () => {
    const schema = { $ref: '#/definitions/a', maxLength: 1, definitions: { a: { type: 'string', maxLength: 2 } } }
    const old = { ...schema, $schema: 'http://json-schema.org/draft-07/schema#' }
    expect([schema, old].map((one) => readGbnf(grammarOf(one)).matches('"ab"'))).toEqual([false, true])
  })

  it('is a function of the schema alone', () => {
    for (const schema of Object.values(SCHEMAS)) {
      expect(compileGrammar(schema)).toEqual(compileGrammar(structuredClone(schema)))
    }
  })

  it('never fetches: a reference stays inside the schema', () => {
    const far = { type: 'object', properties: { a: { $ref: 'https://example.org/schema.json#/x' } } }
    expect(errorOf(() => compileGrammar(far))).toMatchObject({
      code: 'schema_unsupported',
      message: expect.stringContaining('never fetched'),
    })
    expect(errorOf(() => compileGrammar({ $ref: '#/$defs/nobody' }))).toMatchObject({
      code: 'schema_unsupported',
      data: { reference: '#/$defs/nobody' },
    })
  })

  it('refuses what would be too large for the native parser', () => {
    const wide = {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [`k${i}`, { type: 'string', maxLength: 1000 + i }]),
      ),
    }
    let deep: JsonSchema = { type: 'string' }
    for (let i = 0; i < 70; i++) deep = { type: 'array', items: deep }
    for (const schema of [wide, deep])
      expect(errorOf(() => compileGrammar(schema))).toMatchObject({ code: 'schema_unsupported' })
    expect(errorOf(() => compileGrammar(SCHEMAS['nested']!, { maxRules: 10 }))).toMatchObject({
      data: { maxRules: 10 },
    })
  })

  it('refuses what takes longer than its budget', () => {
    expect(errorOf(() => compileGrammar(SCHEMAS['nested']!, { budgetMs: -1 }))).toMatchObject({
      code: 'schema_unsupported',
      data: { budgetMs: -1 },
    })
  })

  it.each(Object.entries(HOSTILE))('comes to an end with %s', (_name, { schema, ends }) => {
    const error = errorOf(() => compileGrammar(schema, { budgetMs: 60_000 }))
    if (ends === 'compiled') expect(error).toHaveProperty('grammar')
    else if (ends === 'relaxed') expect(error).toHaveProperty('relaxed.0.keyword')
    else expect(error).toMatchObject({ code: 'schema_unsupported' })
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
