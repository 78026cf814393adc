import type { JsonSchema } from '@rt/core'
import { FORMATS } from '../pattern/formats.ts'

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
  number: { type: 'number', minimum: 0, format: 'double' },
  'number above 0': { type: 'number', exclusiveMinimum: 0 },
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
  'any of': object({ a: { anyOf: [text, { type: 'integer', minimum: 3 }, object({ b: text })] } }),
  'one of, told apart by a key': {
    oneOf: [object({ kind: { const: 'a' }, n: { type: 'integer' } }), object({ kind: { enum: ['b', 'c'] }, s: text })],
  },
  'all of': {
    allOf: [
      { type: 'object', properties: { a: text }, required: ['a'] },
      { properties: { b: { type: 'integer' } }, required: ['b'] },
    ],
  },
  'all of with an enum': { allOf: [{ enum: ['a', 'b', 'c', 1] }, { type: 'string' }, { not: { const: 'b' } }] },
  'any of in all of': { allOf: [{ anyOf: [text, { type: 'null' }] }, { anyOf: [{ minLength: 2 }, { type: 'null' }] }] },
  'a tree': {
    $ref: '#/$defs/node',
    $defs: { node: object({ value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/node' }, maxItems: 3 } }) },
  },
  'a list that ends with null': { type: 'object', properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } }, required: ['next'] },
  'definitions of draft-07': {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'array',
    items: [{ $ref: '#/definitions/a' }, { type: 'boolean' }],
    additionalItems: false,
    definitions: { a: { type: 'string', enum: ['x', 'y'] } },
  },
  'an anchor and an $id': {
    $id: 'https://example.org/root.json',
    ...object({ a: { $ref: '#here' }, b: { $ref: 'other.json#/$defs/n' } }),
    $defs: { x: { $anchor: 'here', type: 'integer' }, y: { $id: 'other.json', $defs: { n: { type: 'null' } } } },
  },
  pattern: { type: 'string', pattern: '^[A-Z]{2}-\\d{4}$' },
  'patterns together': { type: 'string', pattern: '^[a-z0-9]+$', allOf: [{ pattern: '\\d' }, { not: { pattern: '00' } }], maxLength: 6 },
  'pattern with quotes': { type: 'string', pattern: '^"[^"\\\\]*\\\\"$' },
  'pattern without anchors': { type: 'string', pattern: 'foo|bar' },
  'pattern that tries for ever': { type: 'string', pattern: '^(a+)+$' },
  'password rules': { type: 'string', pattern: '^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,12}$' },
  ...Object.fromEntries(Object.keys(FORMATS).map((format) => [`format ${format}`, { type: 'string', format }])),
  'format and length': { type: 'string', format: 'email', maxLength: 20 },
  'integer range': { type: 'integer', minimum: -17, maximum: 2345 },
  'integer range, exclusive': { type: 'integer', exclusiveMinimum: 9, exclusiveMaximum: 101 },
  int32: { type: 'integer', format: 'int32' },
  'huge minimum': { type: 'integer', minimum: 2_000_000_000_000_000 },
  'number range': { type: 'number', minimum: -0.25, exclusiveMaximum: 12.5 },
  price: { type: 'number', minimum: 0, multipleOf: 0.01, maximum: 999.99 },
  'cents without a bound': { type: 'number', multipleOf: 0.01 },
  'numbers near a large end': { type: 'number', exclusiveMaximum: 12_345_679, minimum: 12_345_678 },
  'multiple of 7': { type: 'integer', multipleOf: 7, minimum: 100 },
  'nullable of OpenAPI': { type: 'string', nullable: true, maxLength: 2 },
  'nullable with bounds': { type: ['integer', 'null'], minimum: 1, maximum: 5 },
  tuple: { type: 'array', prefixItems: [text, { type: 'integer' }] },
  'open tuple': { type: 'array', prefixItems: [text], items: { type: 'boolean' }, minItems: 0, maxItems: 3 },
  contains: { type: 'array', items: { enum: [1, 2, 3] }, contains: { const: 2 }, minContains: 2, minItems: 3, maxItems: 5 },
  'one unique item': { type: 'array', items: text, uniqueItems: true, maxItems: 1 },
  record: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
  'record beside keys': { type: 'object', properties: { name: text, n: { type: 'null' } }, required: ['name'], additionalProperties: { type: 'boolean' } },
  'record by enum': { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: { type: 'integer' } },
  'record by pattern': { type: 'object', propertyNames: { pattern: '^[a-z]+$', maxLength: 5 }, additionalProperties: text },
  'pattern properties': { type: 'object', properties: { id: { type: 'integer' } }, patternProperties: { '^x-': text }, additionalProperties: false },
  'pattern properties and others': { type: 'object', patternProperties: { '^n_': { type: 'integer' } }, additionalProperties: { type: 'boolean' } },
  'counted keys': { ...optionalKeys(5), minProperties: 2, maxProperties: 3 },
  'at least one key': { type: 'object', minProperties: 1, additionalProperties: { type: 'boolean' } },
  'a key left out': { ...object({ a: text, b: text }, []), not: { required: ['b'] } },
  'if, then, else': {
    ...object({ kind: { enum: ['a', 'b'] }, a: text, b: text }, ['kind']),
    if: { properties: { kind: { const: 'a' } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ['a'] },
    else: { required: ['b'] },
  },
  'dependent keys': { ...object({ card: text, address: text }, []), dependentRequired: { card: ['address'] } },
  'dependencies of draft-07': { ...object({ a: text, b: text }, []), dependencies: { a: ['b'], b: { properties: { b: { minLength: 1 } } } } },
  'unevaluated properties': { allOf: [{ type: 'object', properties: { a: text }, required: ['a'] }], properties: { b: text }, unevaluatedProperties: false },
  'not a type': { not: { type: ['object', 'array', 'number', 'string'] } },
  'not a string of these': { type: 'string', maxLength: 3, not: { enum: ['ab', 'a', '"'] } },
  'not this number': { type: 'integer', minimum: 1, maximum: 20, not: { const: 7 } },
  'an enum of many': { enum: Array.from({ length: 3000 }, (_, i) => `value-${i * 7}`) },
  'false keys': { type: 'object', properties: { a: false, b: text }, required: ['b'] },
}

/** Schemas the grammar cannot keep wholly: what it relaxes, and where. */
export const RELAXED: Record<string, { schema: JsonSchema; relaxed: [path: string, keyword: string][] }> = {
  'items that must differ': { schema: { type: 'array', items: text, uniqueItems: true }, relaxed: [['#', 'uniqueItems']] },
  'a back reference': { schema: object({ a: { type: 'string', pattern: '^(.)\\1$' }, b: text }), relaxed: [['#/properties/a', 'pattern']] },
  'alternatives that overlap': { schema: { oneOf: [text, { type: 'string', maxLength: 3 }] }, relaxed: [['#', 'oneOf']] },
  'not a pattern of objects': { schema: { type: 'object', not: { propertyNames: { pattern: '^a' } } }, relaxed: [['#', 'not']] },
  'a condition that cannot be turned': {
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    schema: { ...object({ a: text, b: text }, []), if: { properties: { a: { format: 'date' } } }, then: { required: ['b'] } },
    relaxed: [['#', 'if']],
  },
  'a step with many digits': { schema: { type: 'number', multipleOf: 0.123457 }, relaxed: [['#', 'multipleOf']] },
  'a huge minimum': { schema: { type: 'integer', minimum: 1e20 }, relaxed: [['#', 'minimum']] },
  'at most so many that contain': { schema: { type: 'array', items: { type: 'integer' }, contains: { const: 1 }, maxContains: 2 }, relaxed: [['#', 'maxContains']] },
  'a keyword nobody knows': { schema: { type: 'string', minLenght: 3 }, relaxed: [['#', 'minLenght']] },
  'a format nobody knows': { schema: { type: 'string', format: 'isbn' }, relaxed: [['#', 'format']] },
}

/** Schemas the compiler must refuse, with the keyword and the path it has to name. */
export const REFUSED: Record<string, { schema: unknown; keyword: string; path: string }> = {
  'unknown type': { schema: { type: 'date' }, keyword: 'type', path: '#' },
  'negative bound': { schema: { type: 'array', maxItems: -1 }, keyword: 'maxItems', path: '#' },
  'crossed bounds': { schema: object({ a: { type: 'string', minLength: 3, maxLength: 2 } }), keyword: 'schema', path: '#' },
  'too long a string': { schema: { type: 'string', minLength: 100_000 }, keyword: 'minLength', path: '#' },
  'empty enum': { schema: { enum: [] }, keyword: 'enum', path: '#' },
  'enum of another type': { schema: { type: 'string', enum: [1] }, keyword: 'schema', path: '#' },
  'undefined const': { schema: { const: undefined }, keyword: 'const', path: '#' },
  'no schema': { schema: object({ a: 'string' }), keyword: 'properties', path: '#' },
  'parts that contradict': { schema: { allOf: [{ type: 'string' }, { type: 'null' }] }, keyword: 'schema', path: '#' },
  'a key that needs itself': { schema: { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }, keyword: 'schema', path: '#' },
  'a pattern that is no text': { schema: object({ 'a/b': { type: 'string', pattern: 3 } }), keyword: 'pattern', path: '#/properties/a~1b' },
  'too many alternatives': { schema: { anyOf: Array.from({ length: 10_000 }, (_, i) => object({ [`k${i}`]: text })) }, keyword: 'anyOf', path: '#' },
}

const cyclic: JsonSchema = { type: 'array', maxItems: 3 }
cyclic['items'] = cyclic

const deepAllOf = (depth: number): JsonSchema => (depth === 0 ? { type: 'null' } : { allOf: [deepAllOf(depth - 1)] })

/** Schemas that are meant to hold a compiler up. */
export const HOSTILE: Record<string, { schema: JsonSchema; ends: 'compiled' | 'relaxed' | 'refused' }> = {
  'a schema that holds itself': { schema: cyclic, ends: 'compiled' },
  'a reference to itself': { schema: { $ref: '#' }, ends: 'compiled' },
  'an alternative that is itself': { schema: { anyOf: [{ $ref: '#' }, { type: 'boolean' }] }, ends: 'compiled' },
  'references in a ring': { schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { allOf: [{ $ref: '#/$defs/a' }, { type: 'null' }] } } }, ends: 'compiled' },
  '10,000 alternatives': { schema: { anyOf: Array.from({ length: 10_000 }, (_, i) => ({ minLength: i })) }, ends: 'refused' },
  '10,000 constants': { schema: { anyOf: Array.from({ length: 10_000 }, (_, i) => ({ const: i })) }, ends: 'compiled' },
  'alternatives multiplied': { schema: { type: 'integer', allOf: Array.from({ length: 30 }, (_, i) => ({ anyOf: [{ minimum: i }, { maximum: i }, { const: i }] })) }, ends: 'relaxed' },
  'a pattern that back-tracks': { schema: { type: 'string', pattern: '(a+)+$' }, ends: 'compiled' },
  'a pattern with too many states': { schema: { type: 'string', pattern: '^(a|b)*a(a|b){20}$' }, ends: 'relaxed' },
  'a pattern repeated and repeated': { schema: { type: 'string', pattern: '^((a{1000}){1000}){1000}$' }, ends: 'relaxed' },
  'a billion items': { schema: { type: 'array', items: { type: 'null' }, maxItems: 1e9 }, ends: 'compiled' },
  'a billion items at least': { schema: { type: 'array', minItems: 1e9 }, ends: 'refused' },
  'a thousand levels': { schema: deepAllOf(1000), ends: 'refused' },
  'a key of a million characters': { schema: object({ ['k'.repeat(1e6)]: text }), ends: 'refused' },
  'a text of 20 million characters': { schema: { enum: ['x'.repeat(2e7)] }, ends: 'refused' },
  '200,000 texts': { schema: { enum: Array.from({ length: 200_000 }, (_, i) => `value number ${i}`) }, ends: 'refused' },
  '50,000 keys': { schema: object(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, text])), []), ends: 'refused' },
  'references that double sixty times': {
    schema: {
      $ref: '#/$defs/d0',
      $defs: Object.fromEntries(
        Array.from({ length: 30 }, (_, i) => [`d${i}`, i === 29 ? text : { anyOf: [{ $ref: `#/$defs/d${i + 1}` }, object({ a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } })] }]),
      ),
    },
    ends: 'compiled',
  },
  'each of forty refers to all forty': {
    schema: {
      $ref: '#/$defs/n0',
      $defs: Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [`n${i}`, object(Object.fromEntries(Array.from({ length: 40 }, (_, j) => [`p${j}`, { $ref: `#/$defs/n${j}` }])), [])]),
      ),
    },
    ends: 'compiled',
  },
  'many Unicode properties': { schema: { type: 'string', pattern: `^[${'\\p{Script=Adlam}\\p{Script=Ahom}'.repeat(30)}]$` }, ends: 'relaxed' },
  'large classes repeated': { schema: { type: 'string', pattern: '^[\\p{L}\\p{N}]{1,400}(\\p{Lu}|\\p{Ll}){1,400}$' }, ends: 'relaxed' },
  '20,000 words': { schema: { type: 'string', pattern: `^(${Array.from({ length: 20_000 }, (_, i) => `w${i}`).join('|')})$` }, ends: 'relaxed' },
  'names of Object.prototype': { schema: object({ __proto__: text, constructor: text, toString: text }), ends: 'compiled' },
}
