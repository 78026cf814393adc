import type { Tool } from '@rt/core'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'
import { evaluate } from './evaluate.ts'

/** Arithmetic, exact where fractions are. */
export const createCalculatorTool = (): Tool => ({
  ...tool({
    name: 'calculator',
    description:
      'Calculates an arithmetic expression. Use it for every calculation. Knows + - * / ^ % ! brackets, "15% of 80", pi, e, sqrt, abs, round(x, digits), floor, ceil, min, max, ln, log, exp, sin, cos, tan. Example: (12.5 + 7) * 3',
    inputSchema: objectSchema<{ expression: string }>(
      { expression: { type: 'string', description: 'Such as "(2 + 3) * 4" or "sqrt(2)"', maxLength: 1000 } },
      ['expression'],
    ),
    execute: ({ expression }) => {
      const { text, exact } = evaluate(expression)
      return { result: text, ...(!exact && { note: 'rounded to 15 digits' }) }
    },
  }),
  sideEffects: [],
})
