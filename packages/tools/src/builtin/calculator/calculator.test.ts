import { LOCAL } from '@rt/core'
import { describe, expect, test } from 'vitest'
import { createCalculatorTool } from './calculator.ts'
import { evaluate } from './evaluate.ts'

describe('calculator', () => {
  test.each([
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['0.1 + 0.2', '0.3'],
    ['1/3 + 1/3 + 1/3', '1'],
    ['2 ** 10', '1024'],
    ['2^3^2', '512'],
    ['-2^2', '-4'],
    ['(-2)^2', '4'],
    ['2^-2', '0.25'],
    ['2 - -3', '5'],
    ['10 % 3', '1'],
    ['-7 % 3', '2'],
    ['15% of 240', '36'],
    ['200 * 15%', '30'],
    ['50% + 50%', '1'],
    ['1,234,567 + 1', '1234568'],
    ['max(1,234)', '234'],
    ['max(1, 234, min(7,100))', '234'],
    ['1e3 * 1.5E-3', '1.5'],
    ['.5 + 5.', '5.5'],
    ['3 × 4 ÷ 6 − 1', '1'],
    ['sqrt(16) + sqrt(2.25)', '5.5'],
    ['5! / 3!', '20'],
    ['round(2.345, 2)', '2.35'],
    ['round(-2.5)', '-3'],
    ['round(1234, -2)', '1200'],
    ['floor(-1.5) + ceil(-1.5)', '-3'],
    ['abs(-3.20)', '3.2'],
    ['9007199254740993 + 1', '9007199254740994'],
    ['100!/99!', '100'],
    ['1234.5678 * 1000', '1234567.8'],
    ['PI > 3'.slice(0, 2), '3.14159265358979'],
    ['log(1000)', '3'],
    ['2^0.5', '1.4142135623731'],
    ['1/3', '0.333333333333333'],
    ['2^1000', '1.07150860718627e+301'],
    ['10^40 / 10^39', '10'],
    ['(10^500) / (10^499)', '10'],
    ['0 * 5', '0'],
  ])('%s = %s', (expression, text) => expect(evaluate(expression).text).toBe(text))

  test.each([
    ['', 'is empty'],
    ['1 +', 'at the end'],
    ['(1', '")" is missing at the end'],
    ['1)', 'an operator is missing before ")"'],
    ['1 2', 'an operator is missing before "2"'],
    ['1/0', 'divides by zero'],
    ['0^-1', 'divides by zero'],
    ['5 % 0', 'divides by zero'],
    ['sqrt(-1)', 'root of a negative'],
    ['ln(0)', 'not above 0'],
    ['asin(2)', 'no value among the real numbers'],
    ['(-1)^0.5', 'no value among the real numbers'],
    ['1000!', 'factorial of 1000'],
    ['9^9^9', 'too large'],
    ['1e999999999', 'too many digits'],
    ['min()', 'a number is missing'],
    ['sqrt(1, 2)', 'takes 1 numbers, not 2'],
    ['process.exit()', '".exit()" cannot be read'],
    ['constructor(1)', '"constructor" is unknown'],
    ['__proto__', 'cannot be read'],
    ['"a"', 'cannot be read'],
    ['x = 3', 'cannot be read'],
    ['('.repeat(400), 'inside each other'],
    ['-'.repeat(400) + '1', 'inside each other'],
    ['9'.repeat(1001), 'at most 1000'],
  ])('%s is told why not: %s', (expression, why) => expect(() => evaluate(expression)).toThrow(why))

  test('what it calculates stays bounded', () => {
    const long = `${'99999999999^'.repeat(80)}2`
    for (const expression of [long.slice(0, 1000), '((2^8000)^8000)', `${'(9999!)'}`, '500!*500!*500!*500!*500!*500!'])
      expect(() => String(evaluate(expression).text.length)).not.toThrow(RangeError)
  })

  test('as a tool says what is rounded', async () => {
    const { parse, execute } = createCalculatorTool()
    const run = async (expression: string): Promise<unknown> =>
      execute(await parse({ expression }), { callId: 'c', principal: LOCAL, signal: new AbortController().signal })
    expect(await run('0.1 * 3')).toEqual({ result: '0.3' })
    expect(await run('2 / 3')).toEqual({ result: '0.666666666666667', note: 'rounded to 15 digits' })
    await expect(parse({ expression: 1 })).rejects.toMatchObject({ code: 'tool_arguments' })
    await expect(parse({})).rejects.toMatchObject({ code: 'tool_arguments' })
  })
})
