import { type JsonSchema, RtError } from '@rt/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { compileJsonSchema } from './json-schema-validator.ts'

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'

const accepts = async (schema: JsonSchema, value: unknown): Promise<boolean> =>
  (await compileJsonSchema(schema, 'x'))(value).issues === undefined

const failure = async (work: () => unknown): Promise<RtError> => {
  try {
    await work()
  } catch (error) {
    if (RtError.isInstance(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}
const compileFailure = (schema: JsonSchema): Promise<RtError> => failure(() => compileJsonSchema(schema, 'x'))

afterEach(() => vi.restoreAllMocks())

describe('drafts', () => {
  const tuple07 = { items: [{ type: 'string' }, { type: 'number' }], additionalItems: false }

  test.each<[string, JsonSchema, unknown, unknown]>([
    ['2020-12: prefixItems', { prefixItems: [{ type: 'string' }], items: false }, ['a'], ['a', 1]],
    [
      '2020-12: unevaluatedProperties',
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      { a: 1 },
      { b: 1 },
    ],
    ['2020-12: beside $ref', { $ref: '#/$defs/a', minLength: 2, $defs: { a: { type: 'string' } } }, 'ab', 'a'],
    ['2020-12: dependentRequired', { dependentRequired: { a: ['b'] } }, { a: 1, b: 1 }, { a: 1 }],
    ['2020-12: $anchor', { $ref: '#n', $defs: { a: { $anchor: 'n', type: 'number' } } }, 1, 'a'],
    ['draft-07: tuple', { $schema: DRAFT_07, ...tuple07 }, ['a', 1], ['a', 1, 2]],
    ['draft-07 that nobody named', tuple07, ['a', 1], ['a', 'b']],
    ['draft-07: dependencies', { $schema: DRAFT_07, dependencies: { a: ['b'] } }, { a: 1, b: 1 }, { a: 1 }],
    [
      'draft-07: definitions',
      { $schema: DRAFT_07, $ref: '#/definitions/a', definitions: { a: { type: 'null' } } },
      null,
      1,
    ],
    // oxlint-disable-next-line no-thenable
    ['if, then, else', { if: { type: 'string' }, then: { minLength: 2 }, else: { type: 'number' } }, 'ab', 'a'],
    ['a format', { format: 'date' }, '2024-02-29', '2023-02-29'],
    ['oneOf', { oneOf: [{ type: 'number' }, { multipleOf: 2 }] }, 3, 4],
    ['what an object inherits', { type: 'object', required: ['toString'] }, { toString: 1 }, {}],
    [
      'a circle of references',
      {
        $ref: '#/$defs/n',
        $defs: { n: { type: 'object', properties: { n: { $ref: '#/$defs/n' } }, additionalProperties: false } },
      },
      { n: { n: {} } },
      { n: { n: { m: 1 } } },
    ],
    [
      'a data property that looks like a reference',
      { properties: { $ref: { type: 'string' } } },
      { $ref: 'https://x.test' },
      { $ref: 1 },
    ],
  ])('%s', async (_, schema, good, bad) => {
    expect([await accepts(schema, good), await accepts(schema, bad)]).toEqual([true, false])
  })

  test('in draft-07 what stands beside $ref counts for nothing', async () => {
    const schema = {
      $schema: DRAFT_07,
      properties: { a: { $ref: '#/definitions/a', minLength: 2 } },
      definitions: { a: { type: 'string' } },
    }
    expect(await accepts(schema, { a: 'a' })).toBe(true)
  })

  test.each<[JsonSchema, string]>([
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'draft-04'],
    [{ type: 'strin' }, 'no JSON Schema'],
    [{ $ref: '#/$defs/missing' }, 'does not compile'],
    [{ properties: { a: { $ref: 'https://x.test/s.json' } } }, 'x.test'],
  ])('%j is unsupported', async (schema, words) => {
    const error = await compileFailure(schema)
    expect(error.code).toBe('schema_unsupported')
    expect(error.message).toContain(words)
  })
})

describe('patterns', () => {
  test('(a+)+$ takes no longer than others', async () => {
    // By the engine of JavaScript this is 2^50000 steps.
    expect(await accepts({ pattern: '(a+)+$' }, `${'a'.repeat(50_000)}b`)).toBe(false)
    expect(await accepts({ patternProperties: { '^(a|a)*$': false } }, { [`${'a'.repeat(1000)}b`]: 1 })).toBe(true)
  })

  test.each<[string, string, string]>([
    ['^\\p{L}+$', 'é', '1'],
    ['^(?=.*[A-Z])(?!.*\\d).{4,}$', 'aBcd', 'aBc1'],
    ['^(?=.*[A-Z])(?!.*\\d).{4,}$', 'ABCD', 'abcd'],
    ['(?<=a)b', 'ab', 'cb'],
    ['^\\u0041$', 'A', 'B'],
    ['^.$', '😀', 'ab'],
    ['b', 'abc', 'ac'],
  ])('%s finds %j and not %j', async (pattern, good, bad) => {
    expect([await accepts({ pattern }, good), await accepts({ pattern }, bad)]).toEqual([true, false])
  })

  test('one that RE2 cannot express is told once, and not checked: what was right stays right', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const odd = { pattern: '^(a)\\1$' }
    const validate = await compileJsonSchema(
      {
        type: 'object',
        properties: {
          leaf: { type: 'string', maxLength: 3, ...odd },
          not: { not: odd },
          one: {
            oneOf: [
              { type: 'string', ...odd },
              { type: 'string', maxLength: 1 },
            ],
          },
          // oxlint-disable-next-line no-thenable
          when: { if: odd, then: { maxLength: 1 } },
          ref: { not: { $ref: '#/$defs/odd' } },
        },
        patternProperties: { '^(p)\\1$': { type: 'null' } },
        additionalProperties: false,
        $defs: { odd },
      },
      'x',
    )
    const right = { leaf: 'aa', not: 'ab', one: 'b', when: 'bb', ref: 'ab', pp: null }
    expect(validate(right).issues).toBeUndefined()
    expect(validate({ leaf: 'abcd' }).issues).toHaveLength(1)
    expect(validate({ one: 1 }).issues).toBeDefined()
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('^(a)\\1$'), { type: 'RtWarning', code: 'RT_PATTERN_NOT_CHECKED' }],
    ])
  })

  test('a pattern with a thousand nested repetitions is not unrolled', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    expect(await accepts({ pattern: '((a{1000}){1000}){1000}' }, 'a')).toBe(true)
  })
})

describe('budgets', () => {
  const nested = (levels: number): JsonSchema => {
    let schema: JsonSchema = { type: 'string' }
    for (let i = 0; i < levels; i++) schema = { type: 'object', properties: { a: schema } }
    return schema
  }
  const cyclic: JsonSchema = { type: 'object' }
  cyclic['properties'] = { self: cyclic }

  test.each<[string, JsonSchema, string]>([
    ['10,000 branches', { anyOf: Array.from({ length: 10_000 }, (_, i) => ({ const: i })) }, '5000 parts'],
    ['200 levels', nested(200), '256 levels'],
    ['100,000 levels', nested(100_000), '256 levels'],
    ['one that holds itself', cyclic, '256 levels'],
    [
      'a million dependencies',
      { dependentRequired: { a: Array.from({ length: 1_000_000 }, (_, i) => `p${i}`) } },
      '1000 ms',
    ],
  ])('%s: unsupported', async (_, schema, words) => {
    const error = await compileFailure(schema)
    expect(error.code).toBe('schema_unsupported')
    expect(error.message).toContain(words)
  })

  test('after one that ran out of time the next compiles', async () => {
    expect(await accepts({ type: 'string', maxItems: 1e9, maxLength: 1e9 }, 'a')).toBe(true)
  })

  test('references that double with each level of the value run out of time, not out of patience', async () => {
    const branch = (title: string): JsonSchema => ({
      title,
      type: 'object',
      properties: { a: { $ref: '#/$defs/n' } },
      required: ['a'],
    })
    const validate = await compileJsonSchema(
      { $ref: '#/$defs/n', $defs: { n: { anyOf: [branch('1'), branch('2')] } } },
      'x',
    )
    const value = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`) as unknown
    const error = await failure(() => validate(value))
    expect(error).toMatchObject({ code: 'schema_unsupported', message: expect.stringContaining('check') })
    expect(validate({ a: 1 }).issues).toBeDefined()
  })

  test('a list of values that is long is not told in full', async () => {
    const validate = await compileJsonSchema({ enum: Array.from({ length: 3000 }, (_, i) => `value-${i}`) }, 'x')
    const [issue] = validate('no').issues ?? []
    expect(issue!.message).toContain('and 2980 more')
    expect(issue!.message.length).toBeLessThan(500)
  })
})
