import { RtError, type StandardSchema, type ToolContext } from '@rt/core'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { tool } from './tool.ts'

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
