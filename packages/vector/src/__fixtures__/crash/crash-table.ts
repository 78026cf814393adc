import type { Round } from './kill-rounds.ts'

/** A line for each moment at which processes were killed, and what was found afterwards. */
export const crashTable = (rounds: Round[]): string => {
  const moments = [...new Set(rounds.map(({ at }) => at))].toSorted()
  const head = ['killed at', 'rounds', 'acknowledged', 'under way: stored', 'in part', 'not', 'open ms p50', 'max', 'recall']
  const lines = [...moments.map((at) => lineOf(at, rounds.filter((round) => round.at === at))), lineOf('all', rounds)]
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)))
  return [head, ...lines].map((line) => line.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')).join('\n')
}

const lineOf = (at: string, rounds: Round[]): string[] => {
  const count = (what: Round['underWay']): string => String(rounds.filter(({ underWay }) => underWay === what).length)
  const opens = rounds.flatMap(({ openMs }) => (openMs ? [openMs] : [])).toSorted((a, b) => a - b)
  const recall = rounds.flatMap((round) => round.recall)
  const mean = recall.reduce((sum, share) => sum + share, 0) / recall.length
  return [
    at,
    String(rounds.length),
    String(rounds.reduce((sum, { acknowledged }) => sum + acknowledged, 0)),
    count('stored'),
    count('in part'),
    count('not stored'),
    opens.length ? opens[Math.floor(opens.length / 2)]!.toFixed(0) : '–',
    opens.length ? opens.at(-1)!.toFixed(0) : '–',
    recall.length ? mean.toFixed(4) : '–',
  ]
}
