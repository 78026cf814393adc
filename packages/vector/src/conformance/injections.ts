/** Texts that break out of a query language somewhere, or out of a string. */
export const injections: readonly { what: string; value: string }[] = [
  { what: 'SQL', value: "'; DROP TABLE vector_records; --" },
  { what: 'SQL that is always true', value: "x' OR '1'='1" },
  { what: 'FTS5 operators', value: 'winter AND NOT (coat OR NEAR(a b, 2)) ^start text:col -minus +plus pre*' },
  { what: 'an open quote', value: '"winter' },
  { what: 'quotes in quotes', value: '"" " "a"" OR "b' },
  { what: 'a JSON path', value: '$."a".b[0]' },
  { what: 'a key of the prototype', value: '__proto__' },
  { what: 'a type tag', value: '{"lc":1,"type":"constructor","__type":"Date","id":["x"]}' },
  { what: 'NUL', value: 'before\0after' },
  { what: 'emoji alone', value: '🧥👩‍👩‍👧' },
  { what: 'wildcards', value: '%_*?[a-z]' },
  { what: 'text in both directions', value: 'winter \u202Eretniw\u202C سلام' },
  { what: 'combining marks', value: 're\u0301sume\u0301 \u0301\u0301' },
  { what: '10,000 characters of one word', value: 'w'.repeat(10_000) },
  { what: '2,000 words', value: Array.from({ length: 2000 }, (_, index) => `w${index}`).join(' ') },
]
