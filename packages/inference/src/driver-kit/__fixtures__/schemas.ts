import type { JsonSchema } from '@rt/core'

const text = { type: 'string' }
const object = (properties: Record<string, unknown>, required: string[] = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

/** Keys a schema may carry. */
export const optionalKeys = (count: number): JsonSchema =>
  object(Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, { type: 'boolean' }])), [])

/** Schemas the compiler must take; each grammar is sampled, validated, and loaded by the native parser. */
export const SCHEMAS: Record<string, JsonSchema> = {
  string: text,
  'bounded string': { type: 'string', minLength: 2, maxLength: 5 },
  'exact string': { type: 'string', minLength: 1, maxLength: 1 },
  'empty string': { type: 'string', maxLength: 0 },
  'long string': { type: 'string', minLength: 600, maxLength: 100_000 },
  integer: { type: 'integer', minimum: -9_007_199_254_740_991, maximum: 9_007_199_254_740_991 },
  'positive integer': { type: 'integer', minimum: 0 },
  number: { type: 'number', exclusiveMinimum: 0, format: 'double' },
  'any number': { type: ['integer', 'number'] },
  boolean: { type: 'boolean' },
  null: { type: 'null' },
  nullable: { type: ['string', 'null'], maxLength: 3 },
  'many types': { type: ['boolean', 'integer', 'string', 'null'] },
  enum: { type: 'string', enum: ['celsius', 'fahrenheit', 'a "quoted" \\ one', 'tab\tline\nend\u0000\u007f', '漢😀\ud800'] },
  'mixed enum': { enum: [1, 1.5, -2e21, true, null, 'x', { a: [1, { b: 'c"' }] }, []] },
  'enum of a type': { type: 'integer', enum: [1, 2.5, 'three'] },
  const: { const: { deep: ['"', { a: null }] } },
  array: { type: 'array', items: { type: 'integer' } },
  'bounded array': { type: 'array', items: text, minItems: 2, maxItems: 3 },
  'one item': { type: 'array', items: text, minItems: 1, maxItems: 1 },
  'empty array': { type: 'array', items: text, maxItems: 0 },
  'free array': { type: 'array' },
  matrix: { type: 'array', items: { type: 'array', items: { type: 'number' }, maxItems: 2 }, minItems: 1 },
  'no keys': object({}),
  'one key': object({ city: text }),
  'all required': object({ city: text, days: { type: 'integer' }, unit: { enum: ['c', 'f'] } }),
  'all optional': object({ a: text, b: { type: 'integer' }, c: { type: 'null' } }, []),
  'optional first': object({ a: text, b: text, c: text }, ['c']),
  'optional middle': object({ a: text, b: text, c: text, d: text, e: text }, ['a', 'd']),
  'optional last': object({ a: text, b: text, c: text }, ['a']),
  'odd keys': object({ 'a "b"': text, 'c\\d': text, 'é\n': text, '': text, 'x y': text }, ['', 'c\\d']),
  nested: object({ user: object({ name: text, tags: { type: 'array', items: text } }, ['name']), ok: { type: 'boolean' } }, ['user']),
  'free object': { type: 'object' },
  anything: {},
  annotated: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'T',
    description: 'D',
    'x-order': 1,
    ...object({ a: { type: 'string', default: 'x', examples: ['y'], description: 'd' } }),
  },
  'without type': { properties: { a: text }, required: ['a'] },
  'many optional keys': optionalKeys(400),
}

/** Schemas the compiler must refuse, with the keyword and the path it has to name. */
export const REFUSED: Record<string, { schema: unknown; keyword: string; path: string }> = {
  anyOf: { schema: object({ a: { anyOf: [text, { type: 'null' }] } }), keyword: 'anyOf', path: '#/properties/a' },
  allOf: { schema: { allOf: [text] }, keyword: 'allOf', path: '#' },
  oneOf: { schema: { type: 'array', items: { oneOf: [text] } }, keyword: 'oneOf', path: '#/items' },
  $ref: { schema: object({ 'a/b': { $ref: '#/$defs/x' } }), keyword: '$ref', path: '#/properties/a~1b' },
  pattern: { schema: { type: 'string', pattern: '^a$' }, keyword: 'pattern', path: '#' },
  format: { schema: { type: 'string', format: 'uuid' }, keyword: 'format', path: '#' },
  nullable: { schema: { type: 'string', nullable: true }, keyword: 'nullable', path: '#' },
  prefixItems: { schema: { type: 'array', prefixItems: [text] }, keyword: 'prefixItems', path: '#' },
  uniqueItems: { schema: { type: 'array', uniqueItems: true }, keyword: 'uniqueItems', path: '#' },
  multipleOf: { schema: { type: 'integer', multipleOf: 5 }, keyword: 'multipleOf', path: '#' },
  'a record': { schema: { type: 'object', additionalProperties: text }, keyword: 'additionalProperties', path: '#' },
  'unknown type': { schema: { type: 'date' }, keyword: 'type', path: '#' },
  'no type': { schema: { minLength: 3 }, keyword: 'minLength', path: '#' },
  'undeclared required key': { schema: { type: 'object', properties: {}, required: ['a'] }, keyword: 'required', path: '#' },
  'crossed bounds': { schema: { type: 'string', minLength: 3, maxLength: 2 }, keyword: 'minLength', path: '#' },
  'negative bound': { schema: { type: 'array', maxItems: -1 }, keyword: 'maxItems', path: '#' },
  'too long a string': { schema: { type: 'string', minLength: 100_000 }, keyword: 'minLength', path: '#' },
  'empty enum': { schema: { enum: [] }, keyword: 'enum', path: '#' },
  'enum of another type': { schema: { type: 'string', enum: [1] }, keyword: 'enum', path: '#' },
  'constrained enum': { schema: { enum: ['a'], minLength: 3 }, keyword: 'minLength', path: '#' },
  'undefined const': { schema: { const: undefined }, keyword: 'const', path: '#' },
  'no schema': { schema: object({ a: 'string' }), keyword: 'schema', path: '#/properties/a' },
}
