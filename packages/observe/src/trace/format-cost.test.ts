import { type CostRow, emptyUsage } from '@rt/core'
import { expect, test } from 'vitest'
import { formatCost } from './format-cost.ts'

const row = (more: Partial<CostRow>): CostRow => ({
  day: '2026-11-22',
  model: 'smollm2:135m',
  calls: 2,
  usage: { ...emptyUsage(), input: 1000, cacheRead: 234, output: 57 },
  usd: 0,
  localMs: 3100,
  ...more,
})

test('a line a day and model, and one for all', () => {
  const rows = [
    row({}),
    row({ model: 'anthropic/claude-sonnet-4-5', usd: 1.5, localMs: 0 }),
    row({ day: '2026-11-21', usd: 0.004 }),
  ]
  expect(`\n${formatCost(rows)}`).toBe(`
 day         model                        calls  tokens in  cached  out     USD  local
 2026-11-22  smollm2:135m                     2      1,234     234   57    0.00  3.1 s
             anthropic/claude-sonnet-4-5      2      1,234     234   57    1.50  0.0 s
 2026-11-21  smollm2:135m                     2      1,234     234   57  0.0040  3.1 s
 all                                          6      3,702     702  171    1.50  6.2 s`)
  const narrow = formatCost(rows, { width: 80 }).split('\n')
  expect(narrow[2]).toMatch(/^ {13}…\S*claude-sonnet-4-5 /)
  expect(Math.max(...narrow.map(({ length }) => length))).toBe(80)
})

test('an unknown price is no 0, neither in its line nor in the sum', () => {
  const lines = formatCost([row({ usd: null }), row({ day: '2026-11-21', usd: 1.5 })]).split('\n')
  expect(lines[1]).toMatch(/ unknown +3\.1 s$/)
  expect(lines.at(-1)).toMatch(/ 1\.50 \+ \? +6\.2 s$/)
})

test('a name from outside drives no terminal', () => {
  const text = formatCost([row({ model: 'evil\u001B[2J\u009Bmodel\n' })])
  // oxlint-disable-next-line no-control-regex
  expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001F\u0080-\u009F]/)
  expect(text.split('\n')).toHaveLength(3)
  expect(formatCost([row({})], { color: true })).toContain('\u001B[1m')
})
