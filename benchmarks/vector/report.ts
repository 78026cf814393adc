import type { Metric } from '../kit/compare.ts'
import { lineChart } from '../kit/chart.ts'
import { machine, metricsTable, table, writeResults } from '../kit/results.ts'
import type { Curves, MeasuredArm } from './curves.ts'

/** The tables, the same as JSON, and a chart a data set. */
export const writeReport = (
  all: Curves[],
  metrics: Metric[],
  { quick, rounds, missing }: { quick: boolean; rounds: number; missing: string[] },
): void => {
  const charts = all.map((curves, i) => [`${i ? `${i + 1}.` : ''}svg`, chartOf(curves)] as const)
  const markdown = [
    '# `pnpm bench vector`',
    `${machine()}. ${rounds} rounds, medians; recall@10 over the queries of a set. Made by the benchmark, not by hand.`,
    ...missing.map((line) => `Not measured: ${line}.`),
    '## Against targets',
    metricsTable(metrics),
    ...all.flatMap((curves, i) => [
      `## ${curves.set.name}, ${curves.set.metric}`,
      `![Searches a second over recall](vector.${charts[i]![0]})`,
      table(['engine', 'how', 'recall@10', 'searches/s', 'p10', 'built, vectors/s'], curves.arms.flatMap(rowsOf)),
      ...curves.arms.filter(({ note }) => note).map(({ name, note }) => `- ${name}: ${note}.`),
    ]),
  ].join('\n\n')
  writeResults('vector', quick, {
    md: `${markdown}\n`,
    json: `${JSON.stringify({ machine: machine(), rounds, quick, missing, metrics, curves: all.map(({ set, arms }) => ({ set: set.name, metric: set.metric, arms })) }, null, 2)}\n`,
    ...Object.fromEntries(charts),
  })
}

const rowsOf = ({ name, points, build, missing }: MeasuredArm): (string | number)[][] =>
  missing === undefined
    ? points.map((point) => [name, point.name, point.recall, point.rate, point.p10, build ?? '–'])
    : [[name, `left out: ${missing}`, '–', '–', '–', '–']]

const chartOf = ({ set, arms }: Curves): string => {
  const series = arms.flatMap(({ name, points }) =>
    name === 'rt'
      ? ['1 client', '8 in flight'].map((clients) => ({
          name: `rt, ${clients}`,
          points: points.filter((point) => point.name.endsWith(clients)).map(toXY),
          ours: true,
        }))
      : [{ name, points: points.map(toXY) }],
  )
  return lineChart(series, {
    title: `${set.name}, ${set.metric}: searches a second over recall`,
    xTitle: 'recall@10',
    yTitle: 'searches a second',
    xMarks: [0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999, 1],
    xScale: (recall) => -Math.log(1 - recall + 5e-4),
  })
}

const toXY = ({ recall, rate }: { recall: number; rate: number }): { x: number; y: number } => ({ x: recall, y: rate })
