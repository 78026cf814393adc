import type { CostRow } from '@rt/core'
import { expect, it } from 'vitest'
import { formatCosts } from './cost.ts'

const row = (model: string, usd: number | null, more: Partial<CostRow> = {}): CostRow => ({
  day: '2026-11-22',
  model,
  calls: 2,
  usage: { input: 1000, cacheRead: 200, cacheWrite: 34, output: 56, reasoning: 0 },
  usd,
  localMs: 0,
  ...more,
})
const last = (rows: CostRow[]): string[] =>
  formatCosts(rows)
    .split('\n')
    .at(-1)!
    .trim()
    .split(/\s{2,}/)

it('shows a day and a model a row, and the total', () => {
  const rows = [row('smollm2:135m\u001b[2J', 0, { localMs: 3100 }), row('claude', 0.0042)]
  expect(formatCosts(rows)).toBe(
    [
      ' day         model         calls  tokens in  cached  tokens out     USD  local time',
      ' 2026-11-22  smollm2:135m      2      1,234     200          56    0.00       3.1 s',
      ' 2026-11-22  claude            2      1,234     200          56  0.0042           -',
      ' total                         4      2,468     400         112  0.0042       3.1 s',
    ].join('\n'),
  )
})

it('never shows an unknown price as 0', () => {
  expect(formatCosts([row('a', null)])).toContain('unknown')
  expect(last([row('a', null)])).toContain('unknown')
  expect(last([row('a', null), row('b', 1.5)])).toContain('1.50 + unknown')
  expect(last([row('a', null), row('local', 0)])).toContain('unknown')
})
