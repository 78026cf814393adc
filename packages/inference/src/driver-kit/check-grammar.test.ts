import { describe, expect, it } from 'vitest'
import { SCHEMAS } from './__fixtures__/schemas.ts'
import { checkGrammar } from './check-grammar.ts'
import { compileGrammar, jsonObjectGrammar } from './compile-grammar.ts'

const nested = (depth: number): string =>
  Array.from({ length: depth }, (_, i) => `r${i} ::= r${i + 1} r${i + 1}`).join('\n')

describe('checkGrammar', () => {
  it.each([
    ['text', 'root ::= "yes" | "no"'],
    [
      'comments and groups over lines',
      '# a\nroot ::= ( # b\n  "a"\n | "b" ) tail\n\ntail ::= [^\\]\\x00-\\x1F"]+ "\\u00e9\\U0001F600"? .\n',
    ],
    [
      'optional items nested to the right',
      `root ::= r0\n${Array.from({ length: 400 }, (_, i) => `r${i} ::= ( "a" r${i + 1} )?`).join('\n')}\nr400 ::= ""`,
    ],
    ['a long repetition', 'root ::= [a-z]{0,2000}'],
    ['repetitions with something between them', 'root ::= ( ( [a-z]{0,200} "," ){0,200} "." ){0,200}'],
    ['rules in a circle', 'root ::= "[" ( root ( "," root )* )? "]"'],
    ['an empty alternative', 'root ::= "a" tail\ntail ::= "b" tail |\n'],
  ])('takes %s', (_name, text) => expect(checkGrammar(text)).toBeUndefined())

  it('takes what our compiler writes', () => {
    checkGrammar(jsonObjectGrammar())
    for (const [name, schema] of Object.entries(SCHEMAS))
      if (name !== 'an enum of many') checkGrammar(compileGrammar(schema).grammar)
  })

  it.each([
    ['3,000 optional items', `root ::= ${'"a"? '.repeat(3000)}`, /optional items in a row/],
    ['optional rules', `root ::= ${'o '.repeat(100)}\no ::= "a"?`, /optional items in a row/],
    ['optional rules, doubled and doubled', `root ::= r0\n${nested(40)}\nr40 ::= "a"?`, /optional items in a row/],
    ['optional items repeated', 'root ::= ( "a"? ){0,1000}', /optional items in a row/],
    ['repetitions of repetitions', 'root ::= ( word | "-" ){1,200}\nword ::= [a-z]{1,200} " "?', /ways to count/],
    ['a repetition without measure', 'root ::= "a"{0,20000}', /repetitions of one item/],
    ['many rules', Array.from({ length: 17_000 }, (_, i) => `${i ? i : 'root'}::=.`).join('\n'), /rules/],
    ['a long text', `root ::= "${'a'.repeat(300_000)}"`, /characters/],
    ['deep groups', `root ::= ${'( '.repeat(300)}"a"${' )'.repeat(300)}`, /nested/],
    ['left recursion', 'root ::= root "a" | "a"', /calls itself/],
    ['left recursion behind what may be nothing', 'root ::= a\na ::= " "* b\nb ::= a "x" | "y"', /calls itself/],
    ['a missing rule', 'root ::= gone', /"gone" is used/],
    ['no root', 'a ::= "b"', /no rule "root"/],
    ['nothing', '', /no rule "root"/],
    ['an open text', 'root ::= "a', /line 1/],
    ['an open class', 'root ::= "a"\nb ::= [a', /line 2/],
    ['no definition', 'root = "a"', /"::=" is missing/],
    ['an escape nobody knows', 'root ::= "\\q"', /escape/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => checkGrammar(text)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(message) }),
    )
  })
})
