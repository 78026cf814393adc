import { RtError, type StandardSchema, type Tool, type ToolContext } from '@rt/core'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { tool } from './tool.ts'
import type { ToolInput, ToolOptions } from './tool-options.ts'

const context: ToolContext = { signal: new AbortController().signal, callId: 'c', principal: 'local' }
const options = { name: 'weather', description: 'Weather of a city', execute: () => null }

const failure = async (work: () => unknown): Promise<RtError> => {
  try {
    await work()
  } catch (error) {
    if (RtError.isInstance(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}

test('a zod schema becomes the parameters, and types and converts the input', async () => {
  const weather = tool({
    ...options,
    inputSchema: z.object({ city: z.string(), days: z.number().int().default(3) }),
    execute: async (input) => {
      expectTypeOf(input).toEqualTypeOf<{ city: string; days: number }>()
      return { where: input.city.toUpperCase(), days: input.days }
    },
  })
  expect(weather.parameters).toMatchObject({ type: 'object', required: ['city'] })
  expect(weather.parameters).not.toHaveProperty('$schema')
  expect(weather.timeoutMs).toBe(30_000)
  const input = await weather.parse({ city: 'Oslo' })
  expect(await weather.execute(input, context)).toEqual({ where: 'OSLO', days: 3 })
})

test('wrong arguments are listed with path and expectation', async () => {
  const weather = tool({
    ...options,
    inputSchema: z.object({ city: z.string(), trips: z.array(z.object({ km: z.number() })) }),
  })
  const error = await failure(() => weather.parse({ city: 7, trips: [{ km: 'far' }] }))
  expect(error.code).toBe('tool_arguments')
  expect(error.message).toContain('city: Invalid input: expected string')
  expect(error.message).toContain('trips[0].km: Invalid input: expected number')
  expect(error.message).not.toContain('far')
})

test('a price of 0.07 is a multiple of 0.01', async () => {
  const jsonSchema = { type: 'object', properties: { price: { type: 'number', multipleOf: 0.01 } } }
  const buy = tool({ ...options, inputSchema: { jsonSchema } })
  expect(await buy.parse({ price: 0.07 })).toEqual({ price: 0.07 })
  expect((await failure(() => buy.parse({ price: 0.075 }))).code).toBe('tool_arguments')
})

test('a JSON Schema alone is enough: Ajv checks it', async () => {
  const jsonSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'same',
    type: 'object',
    properties: { unit: { enum: ['c', 'f'] }, 'a/b': { $ref: '#/$defs/n' } },
    required: ['unit'],
    additionalProperties: false,
    $defs: { n: { type: 'integer' } },
  }
  const one = tool({ ...options, inputSchema: { jsonSchema } })
  const two = tool({ ...options, name: 'other', inputSchema: { jsonSchema } })
  expect(await one.parse({ unit: 'c', 'a/b': 1 })).toEqual({ unit: 'c', 'a/b': 1 })
  expect(await two.parse({ unit: 'f' })).toEqual({ unit: 'f' })
  const { message } = await failure(() => one.parse({ unit: 'k', 'a/b': 1.5, x: 1 }))
  expect(message).toContain('unit: must be one of ["c","f"]')
  expect(message).toContain('a/b: must be integer')
  expect(message).toContain("must not have the property 'x'")
  expect((await failure(() => one.parse('{'))).message).toContain('(arguments): must be object')
})

test('a validate function beside a JSON Schema is the one that counts', async () => {
  const weather = tool({
    ...options,
    inputSchema: { jsonSchema: { type: 'object' }, validate: (value: unknown) => ({ value: { got: value } }) },
    execute: (input) => input.got,
  })
  expect(await weather.parse({ a: 1 })).toEqual({ got: { a: 1 } })
})

test('what a model cannot be given is refused when the tool is made', async () => {
  const schema = { jsonSchema: { type: 'object' } }
  const codes = [
    [() => tool({ ...options, name: 'bad name', inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, name: 'x'.repeat(65), inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, timeoutMs: 0, inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, retry: { retries: -1 }, inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, label: 'local' as 'local-only', inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, retry: { retries: 1 }, inputSchema: schema }), 'invalid_request'],
    [
      () => tool({ ...options, retry: { retries: 1 }, sideEffects: ['network'], inputSchema: schema }),
      'invalid_request',
    ],
    [() => tool({ ...options, sideEffects: ['none' as 'write'], inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, maxConcurrent: 0, inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, maxResultBytes: 1.5, inputSchema: schema }), 'invalid_request'],
    [() => tool({ ...options, inputSchema: z.object({ at: z.date() }) }), 'schema_unsupported'],
    [() => tool({ ...options, inputSchema: z.string() }), 'schema_unsupported'],
    [
      () =>
        tool({
          ...options,
          inputSchema: { jsonSchema: { type: 'object', properties: { a: { $ref: 'https://x.test/s' } } } },
        }),
      'schema_unsupported',
    ],
  ] as const
  for (const [make, code] of codes) expect((await failure(make)).code).toBe(code)
})

test('a library without JSON Schema gets the name of the adapter', async () => {
  const plain: StandardSchema<string> = {
    '~standard': { version: 1, vendor: 'valibot', validate: (value) => ({ value: value as string }) },
  }
  expect((await failure(() => tool({ ...options, inputSchema: plain }))).hint).toContain('@valibot/to-json-schema')
})

test('a schema that does not compile is a typed error at the first call', async () => {
  const broken = tool({
    ...options,
    inputSchema: { jsonSchema: { type: 'object', properties: { a: { $ref: '#/$defs/missing' } } } },
  })
  expect((await failure(() => broken.parse({ a: 1 }))).code).toBe('schema_unsupported')
})

const arkInput = type({ city: 'string', 'days?': 'number' })
const valibotInput = toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.number()) }))

test.each<[string, () => Tool]>([
  ['zod', () => tool({ ...options, inputSchema: z.object({ city: z.string(), days: z.number().optional() }) })],
  ['valibot', () => tool({ ...options, inputSchema: valibotInput })],
  ['arktype', () => tool({ ...options, inputSchema: arkInput })],
  [
    'a JSON Schema',
    () =>
      tool({
        ...options,
        inputSchema: {
          jsonSchema: {
            type: 'object',
            properties: { city: { type: 'string' }, days: { type: 'number' } },
            required: ['city'],
          },
        },
      }),
  ],
])('%s: what the model is shown, and what is taken', async (_, make) => {
  const weather = make()
  expect(weather.parameters).toMatchObject({
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'number' } },
    required: ['city'],
  })
  expect(await weather.parse({ city: 'Oslo', days: 2 })).toEqual({ city: 'Oslo', days: 2 })
  const error = await failure(() => weather.parse({ city: 7 }))
  expect(error).toMatchObject({ code: 'tool_arguments', message: expect.stringContaining('city: ') })
})

test('what it says of itself is on the tool, and what it does not say is absent', () => {
  const inputSchema = z.object({ city: z.string() })
  const said = {
    timeoutMs: 1,
    sideEffects: ['write'],
    idempotent: true,
    retry: { retries: 1 },
    untrusted: true,
    approval: true,
    maxConcurrent: 2,
    sequential: true,
    maxResultBytes: 3,
    label: 'local-only',
  } as const
  expect(tool({ ...options, inputSchema, ...said })).toMatchObject(said)
  const keys = ['description', 'execute', 'name', 'parameters', 'parse', 'timeoutMs']
  expect(Object.keys(tool({ ...options, inputSchema })).toSorted()).toEqual(keys)
})

test('the schema of its results is the one of what comes out', () => {
  const inputSchema = z.object({})
  const at = z.object({ n: z.number().default(1) })
  expect(tool({ ...options, inputSchema, outputSchema: at, execute: () => ({}) }).outputSchema).toMatchObject({
    required: ['n'],
  })
  // JSON Schema has no conversions: nothing is said, and the results are checked all the same.
  const converted = tool({
    ...options,
    inputSchema,
    outputSchema: z.string().transform(Number),
    execute: () => '7',
  })
  expect(converted).not.toHaveProperty('outputSchema')
  return expect(converted.parseOutput!('7')).resolves.toBe(7)
})

describe('examples', () => {
  const inputSchema = z.object({ city: z.string(), days: z.number().default(1) })

  test('stand in the description', () => {
    const { description } = tool({ ...options, inputSchema, examples: [{ city: 'Oslo' }, { city: 'Rome', days: 2 }] })
    expect(description).toBe('Weather of a city\n\nExamples of arguments:\n{"city":"Oslo"}\n{"city":"Rome","days":2}')
  })

  test('a wrong one is told when the tool is made', async () => {
    const examples = [{ city: 'Oslo' }, { town: 'Rome' }] as unknown as { city: string }[]
    const error = await failure(() => tool({ ...options, inputSchema, examples }))
    expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('examples[1] of weather') })
  })
})

test('types: input, examples, approval and result', () => {
  type Days = { city: string; days: number }
  const inputSchema = z.object({ city: z.string(), days: z.number().default(1) })
  const outputSchema = z.object({ celsius: z.number() })
  const weather = tool({
    name: 'weather',
    description: 'x',
    inputSchema,
    outputSchema,
    examples: [{ city: 'Oslo' }],
    approval: (input) => {
      expectTypeOf(input).toEqualTypeOf<Days>()
      return input.days > 1
    },
    execute: async (input) => {
      expectTypeOf(input).toEqualTypeOf<Days>()
      return { celsius: 1 }
    },
  })
  expectTypeOf(weather.parse).returns.resolves.toEqualTypeOf<Days>()
  expectTypeOf(weather.execute).parameter(0).toEqualTypeOf<Days>()
  expectTypeOf(weather.parseOutput!).returns.resolves.toEqualTypeOf<{ celsius: number }>()
  expectTypeOf([weather, tool({ ...options, inputSchema: arkInput })]).toExtend<Tool[]>()
  expectTypeOf<ToolInput<typeof arkInput>>().toEqualTypeOf<{ city: string; days?: number }>()
  expectTypeOf<ToolInput<typeof valibotInput>>().toEqualTypeOf<{ city: string; days?: number | undefined }>()

  type Options = ToolOptions<typeof inputSchema, typeof outputSchema>
  type Execute = NonNullable<Options['execute']>
  expectTypeOf(() => ({ celsius: 1 })).toExtend<Execute>()
  expectTypeOf(async () => ({ celsius: 1 })).toExtend<Execute>()
  // A generator shows what it likes and returns the result, or yields results only.
  expectTypeOf<() => AsyncGenerator<string, { celsius: number }>>().toExtend<Execute>()
  expectTypeOf<() => AsyncGenerator<{ celsius: number }, void>>().toExtend<Execute>()
  expectTypeOf<() => AsyncGenerator<string, void>>().not.toExtend<Execute>()
  expectTypeOf(() => ({ celsius: 'x' })).not.toExtend<Execute>()
  expectTypeOf<{ town: string }[]>().not.toExtend<NonNullable<Options['examples']>>()
  expectTypeOf<{ execute: () => null; worker: URL }>().not.toExtend<Pick<Options, 'execute' | 'worker'>>()
})
