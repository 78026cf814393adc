import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metric } from './compare.ts'

const BENCHMARKS = fileURLToPath(new URL('..', import.meta.url))

/** Where a run leaves its tables: a full one in the repository, a quick one in the cache. */
export const writeResults = (name: string, quick: boolean, files: { [ending: string]: string }): void => {
  const folder = quick ? join(BENCHMARKS, '../.cache/benchmarks/results') : join(BENCHMARKS, 'results')
  mkdirSync(folder, { recursive: true })
  for (const [ending, content] of Object.entries(files)) writeFileSync(join(folder, `${name}.${ending}`), content)
  process.stderr.write(` tables in ${join(folder, `${name}.md`)}\n`)
}

/** On what it was measured. */
export const machine = (): string => {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${first?.model.trim()}, ${memory} GiB, ${process.platform} ${release()}, Node ${process.version}`
}

export const table = (head: string[], rows: (string | number)[][]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

export const metricsTable = (metrics: Metric[]): string =>
  table(
    ['metric', 'ratio', 'p10', 'target', 'ours', 'peer or bound', 'noisy rounds'],
    metrics.map(({ name, ratio, p10, target, ours, peer, unit, noisy, rounds }) => [
      name,
      ratio ?? '–',
      p10 ?? '–',
      target ?? '–',
      `${ours} ${unit}`,
      peer === null ? '–' : `${peer} ${unit}`,
      `${noisy} of ${rounds}`,
    ]),
  )
