import type { JsonObject, JsonSchema, JsonValue } from '@rt/core'

/** A schema, and values it takes, written as a model has to write them: keys in declared order. */
export interface Specimen {
  schema: JsonSchema
  value(): JsonValue
}

type Random = () => number

const PATTERNS: readonly (readonly [string, readonly string[]])[] = [
  ['^[a-z]{2,5}$', ['ab', 'zzzzz']],
  ['^\\d{3}-\\d{4}$', ['123-4567']],
  ['^[A-Z][\\w ]*$', ['A', 'Hello World_1']],
  ['[0-9]', ['a1b', '7']],
  ['^(?:red|green|blue)(?:-light)?$', ['red', 'blue-light']],
  ['^"[^"\\\\]*"$', ['"x"', '""']],
  ['^(a+)+$', ['aaa']],
  ['^\\p{L}+$', ['漢é']],
  ['^(?=.*\\d)[a-z\\d]{2,6}$', ['a1', '12']],
]

const FORMAT_VALUES: Record<string, string[]> = {
  date: ['2024-02-29', '1999-12-31'],
  time: ['23:59:59Z'],
  'date-time': ['2024-01-31T00:00:00.5+02:00'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000'],
  email: ['a.b@example.org'],
  ipv4: ['192.168.0.1'],
  ipv6: ['fe80::1'],
  uri: ['https://example.org/a?b=1'],
  hostname: ['a-b.example.org'],
}

const KEYS = ['name', 'age', 'a "b"', 'kind', 'tags', 'é\n', 'x-y', 'zip', 'c\\d']

/** Writes random schemas, no two features apart for long. @param depth levels of objects and arrays. */
export const randomSpecimen = (random: Random, depth: number = 3): Specimen => {
  const definitions: JsonObject = {}
  const { schema, value } = write(random, depth, definitions)
  return { schema: Object.keys(definitions).length ? { ...schema, $defs: definitions } : schema, value }
}

const write = (random: Random, depth: number, definitions: JsonObject): Specimen => {
  const below = (count: number): number => Math.floor(random() * count)
  const among = <T>(list: readonly T[]): T => list[below(list.length)]!
  const fixed = (schema: JsonSchema, values: readonly JsonValue[]): Specimen => ({ schema, value: () => among(values) })

  const text = (): string =>
    Array.from({ length: below(8) }, () => among(Array.from('abcXYZ 09"\\/\n\té漢😀{}[]:,'))).join('')

  const string = (): Specimen => {
    const kind = below(5)
    if (kind === 0) {
      const [pattern, values] = among(PATTERNS)
      return fixed({ type: 'string', pattern }, values)
    }
    if (kind === 1) {
      const format = among(Object.keys(FORMAT_VALUES))
      return fixed({ type: 'string', format }, FORMAT_VALUES[format]!)
    }
    if (kind === 2) {
      const [min, more] = [below(4), below(5)]
      const value = (): string => Array.from({ length: min + below(more + 1) }, () => among(['a', '"', '😀'])).join('')
      return { schema: { type: 'string', minLength: min, maxLength: min + more }, value }
    }
    if (kind === 3) return fixed({ type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 }, ['ab', 'abcd'])
    return { schema: { type: 'string' }, value: text }
  }

  const integer = (): Specimen => {
    const kind = below(4)
    if (kind === 0) return { schema: { type: 'integer' }, value: () => below(1e9) - 5e8 }
    const low = below(2000) - 1000
    const width = below(3000)
    const step = kind === 1 ? among([2, 5, 7, 10]) : 1
    const first = Math.ceil(low / step) * step
    const count = Math.floor((low + width - first) / step) + 1
    if (count < 1) return integer()
    const bounds = random() < 0.5 ? { minimum: low, maximum: low + width } : { exclusiveMinimum: low - 1, exclusiveMaximum: low + width + 1 }
    return {
      schema: { type: 'integer', ...bounds, ...(step > 1 && { multipleOf: step }) },
      value: () => first + below(count) * step || 0,
    }
  }

  const number = (): Specimen => {
    const kind = below(4)
    if (kind === 0) return { schema: { type: 'number' }, value: () => Number(((random() - 0.5) * 1e6).toFixed(6)) }
    if (kind === 1) return { schema: { type: 'number', multipleOf: 0.01 }, value: () => Number((below(10_000) / 100).toFixed(2)) }
    const low = Number((random() * 20 - 10).toFixed(below(3)))
    const high = Number((low + 0.5 + random() * 20).toFixed(2))
    return {
      schema: { type: 'number', minimum: low, exclusiveMaximum: high },
      value: () => Math.max(low, Math.floor((low + random() * (high - low)) * 1000) / 1000) || 0,
    }
  }

  const listed = (): Specimen => {
    const values: JsonValue[] = ['red', 'green', 'red-ish', 1, 2.5, null, true, { a: [1] }, []]
    const chosen = values.filter(() => random() < 0.5)
    const some = chosen.length ? chosen : ['only']
    return some.length === 1 ? fixed({ const: some[0]! }, some) : fixed({ enum: some }, some)
  }

  const scalar = (): Specimen =>
    among([string, string, integer, number, listed, () => fixed({ type: 'boolean' }, [true, false]), () => fixed({ type: 'null' }, [null])])()

  const array = (): Specimen => {
    const item = write(random, depth - 1, definitions)
    const kind = below(4)
    if (kind === 0) {
      const other = write(random, depth - 1, definitions)
      const draft7 = random() < 0.5
      return {
        schema: draft7
          ? { type: 'array', prefixItems: [item.schema, other.schema], items: false, minItems: 1 }
          : { type: 'array', prefixItems: [item.schema], items: other.schema, minItems: 0, maxItems: 4 },
        value: () => [item.value(), ...(random() < 0.6 ? [other.value()] : [])],
      }
    }
    const [min, more] = [below(3), below(4)]
    const values = (): JsonValue[] => Array.from({ length: min + below(more + 1) }, () => item.value())
    if (kind === 1 && min > 0)
      return {
        schema: { type: 'array', items: { anyOf: [item.schema, { const: 'found' }] }, contains: { const: 'found' }, minItems: min, maxItems: min + more },
        value: () => {
          const all = values()
          all[below(all.length)] = 'found'
          return all
        },
      }
    return { schema: { type: 'array', items: item.schema, minItems: min, maxItems: min + more }, value: values }
  }

  const object = (): Specimen => {
    const keys = KEYS.filter(() => random() < 0.4)
    const members = keys.map((key) => ({ key, required: random() < 0.5, ...write(random, depth - 1, definitions) }))
    const properties = Object.fromEntries(members.map(({ key, schema }) => [key, schema]))
    const required = members.filter((member) => member.required).map(({ key }) => key)
    const extra = random() < 0.3 ? scalar() : undefined
    const least = members.length > 1 && random() < 0.2 ? Math.min(required.length + 1, members.length) : 0
    const most = members.length > 2 && random() < 0.2 ? members.length - 1 : undefined
    const closing = extra
      ? random() < 0.5
        ? { additionalProperties: extra.schema }
        : { patternProperties: { '^p_': extra.schema }, additionalProperties: false }
      : random() < 0.5
        ? { additionalProperties: false }
        : {}
    const schema = {
      type: 'object',
      properties,
      required,
      ...closing,
      ...(least > 0 && { minProperties: least }),
      ...(most !== undefined && most >= Math.max(least, required.length) && { maxProperties: most }),
    }
    const value = (): JsonObject => {
      const chosen = members.filter((member) => member.required || random() < 0.5)
      const all = Object.fromEntries(chosen.map((member) => [member.key, member.value()]))
      if (extra && random() < 0.5) all[`p_${below(9)}`] = extra.value()
      const size = Object.keys(all).length
      const limit = 'maxProperties' in schema ? most! : Infinity
      return size < least || size > limit ? value() : all
    }
    return { schema, value }
  }

  const combined = (): Specimen => {
    const kind = below(5)
    if (kind === 0) {
      const options = Array.from({ length: 2 + below(2) }, () => write(random, depth - 1, definitions))
      return { schema: { anyOf: options.map(({ schema }) => schema) }, value: () => among(options).value() }
    }
    if (kind === 1) {
      const options = ['cat', 'dog', 'owl'].map((kindName) => ({ kindName, ...scalar() }))
      return {
        schema: {
          oneOf: options.map(({ kindName, schema }) => ({
            type: 'object',
            properties: { kind: { const: kindName }, value: schema },
            required: ['kind', 'value'],
          })),
        },
        value: () => {
          const option = among(options)
          return { kind: option.kindName, value: option.value() }
        },
      }
    }
    if (kind === 2) {
      const [a, b] = [write(random, depth - 1, definitions), write(random, depth - 1, definitions)]
      return {
        schema: {
          allOf: [
            { type: 'object', properties: { a: a.schema }, required: ['a'] },
            { properties: { b: b.schema }, required: ['b'] },
          ],
        },
        value: () => ({ a: a.value(), b: b.value() }),
      }
    }
    if (kind === 3) {
      const [a, b] = [scalar(), scalar()]
      return {
        schema: {
          type: 'object',
          properties: { kind: { enum: ['x', 'y'] }, a: a.schema, b: b.schema },
          required: ['kind'],
          if: { properties: { kind: { const: 'x' } } },
          // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
          then: { required: ['a'] },
          else: { required: ['b'] },
          dependentRequired: { b: ['a'] },
        },
        value: (): JsonObject => (random() < 0.5 ? { kind: 'x', a: a.value() } : { kind: 'y', a: a.value(), b: b.value() }),
      }
    }
    const leaf = scalar()
    const id = `node${Object.keys(definitions).length}`
    const node = (left: number): JsonObject => ({
      value: leaf.value(),
      ...(left > 0 && random() < 0.7 && { children: [node(left - 1), node(left - 1)] }),
    })
    definitions[id] = {
      type: 'object',
      properties: {
        value: leaf.schema as JsonObject,
        children: { type: 'array', items: { $ref: `#/$defs/${id}` }, maxItems: 2 },
      },
      required: ['value'],
      additionalProperties: false,
    }
    return {
      schema: { $ref: `#/$defs/${id}` },
      value: () => node(3),
    }
  }

  if (depth <= 0) return scalar()
  return among([scalar, array, object, object, combined])()
}

/** A value somewhere near another: one place is changed. */
export const spoil = (value: JsonValue, random: Random): JsonValue => {
  const strange: JsonValue[] = [null, '', 'zzz', -1, 0, 1e9, 2.5, true, [], {}, { a: 1 }]
  const other = strange[Math.floor(random() * strange.length)]!
  if (Array.isArray(value) && value.length && random() < 0.8) {
    const at = Math.floor(random() * value.length)
    if (random() < 0.2) return value.filter((_, i) => i !== at)
    return random() < 0.2 ? [...value, other] : value.map((item, i) => (i === at ? spoil(item, random) : item))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && random() < 0.8) {
    const entries = Object.entries(value)
    if (!entries.length || random() < 0.2) return { ...value, extra: other }
    const at = Math.floor(random() * entries.length)
    if (random() < 0.3) return Object.fromEntries(entries.filter((_, i) => i !== at))
    return Object.fromEntries(entries.map(([key, one], i) => [key, i === at ? spoil(one, random) : one]))
  }
  if (typeof value === 'number' && random() < 0.5) return Number((value + 0.5).toFixed(6))
  return typeof value === 'string' && random() < 0.5 ? `${value}~` : other
}
