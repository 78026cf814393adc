import type { Metric } from './compare.ts'

/** A run in which the machine was mostly busy with others says nothing. */
export const isVoid = ({ noisy, rounds }: Metric): boolean => noisy > rounds / 3

/** Void, or below its target. */
export const failed = (metric: Metric): boolean =>
  isVoid(metric) || (metric.target !== undefined && metric.ratio !== null && metric.ratio < metric.target)

/** A line a metric, then the headline: the first of them. */
export const describe = (metrics: Metric[]): string[] => [...metrics.map(line), headline(metrics)]

const line = ({ name, ratio, p10, noisy, rounds, ours, peer, unit }: Metric): string => {
  const figures =
    ratio === null ? `${ours} ms` : `ratio ${ratio}  p10 ${p10}  ours ${ours} ${unit}  peer ${peer} ${unit}`
  return `${name.padEnd(24)} ${figures}  noisy ${noisy}/${rounds}`
}

const headline = (metrics: Metric[]): string => {
  const { name, ratio, ms, target } = metrics[0]!
  const figure = ratio === null ? `${ms} ms` : `${ratio}x of its peer`
  const note = metrics.some(isVoid) ? ' VOID: more than a third of the rounds were noisy' : ''
  return `${name}: ${figure}${target === undefined ? '' : ` (target ${Number(target.toFixed(3))})`}${note}`
}
