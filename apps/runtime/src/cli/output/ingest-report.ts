import type { FileOutcome, IngestReport } from '@rt/core'
import { printableLine } from './printable.ts'
import { style } from './style.ts'
import { bytes, count, duration, plural } from './units.ts'

/** Rows that are shown without `--verbose`. */
const MOST = 20

export interface IngestReportOptions {
  /** Every file. Default false: only what failed, changed or has a warning. */
  verbose?: boolean
  /** Files that are gone were forgotten. */
  pruned: boolean
}

/** What became of each file, then the sums. */
export const formatIngestReport = (
  report: IngestReport,
  { verbose = false, pruned }: IngestReportOptions,
): string[] => [
  ...formatOutcomes(report.outcomes, verbose),
  ...formatRemoved(report.removed, pruned, verbose),
  ...formatSums(report),
]

/** The sums alone, in one line, for a run of `--watch`. */
export const summarizeIngest = (
  { added, changed, removed, failed, chunks, embedded, ms }: IngestReport,
  { pruned }: Pick<IngestReportOptions, 'pruned'>,
): string =>
  [
    `${count(added)} added`,
    `${count(changed)} changed`,
    ...(removed.length ? [formatGone(removed.length, pruned)] : []),
    ...(failed.length ? [style('red', `${count(failed.length)} failed`)] : []),
    `${plural(chunks, 'chunk')}, ${count(embedded)} embedded`,
    duration(ms),
  ].join(' · ')

// ---

const ORDER = ['failed', 'warning', 'changed', 'added', 'unchanged'] as const
type Kind = (typeof ORDER)[number]

const formatOutcomes = (outcomes: FileOutcome[], verbose: boolean): string[] => {
  const rows = outcomes
    .map((outcome) => ({ outcome, kind: kindOf(outcome) }))
    .filter(({ kind }) => verbose || (kind !== 'added' && kind !== 'unchanged'))
    .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
  return atMost(
    rows.map(({ outcome, kind }) => formatOutcome(outcome, kind)),
    verbose,
  ).flat()
}

const kindOf = ({ outcome, warnings }: FileOutcome): Kind =>
  outcome !== 'failed' && warnings.length ? 'warning' : outcome

/** `failed    report.docx   it is encrypted`, and what else is to be said below it. */
const formatOutcome = (
  { source, outcome, reason, warnings, chunks, bytes: size, ms }: FileOutcome,
  kind: Kind,
): string[] => {
  const figures = `${plural(chunks, 'chunk')} · ${bytes(size)} · ${duration(ms)}`
  const about = outcome === 'failed' ? printableLine(reason ?? 'no reason was given') : figures
  return [
    ` ${label(kind)} ${printableLine(source)}   ${about}`,
    ...warnings.map((warning) => ` ${' '.repeat(WIDTH)} ${printableLine(warning)}`),
  ]
}

const WIDTH = 9
const COLORS = {
  failed: 'red',
  warning: 'yellow',
  changed: 'cyan',
  added: 'green',
  unchanged: 'dim',
  gone: 'dim',
} as const

const label = (kind: keyof typeof COLORS): string => style(COLORS[kind], kind.padEnd(WIDTH))

const formatRemoved = (removed: string[], pruned: boolean, verbose: boolean): string[] => {
  if (!removed.length) return []
  const rows = removed.map((source) => [` ${label('gone')} ${printableLine(source)}`])
  return [...atMost(rows, verbose).flat(), ` ${formatGone(removed.length, pruned)}`]
}

const formatGone = (files: number, pruned: boolean): string =>
  `${plural(files, 'file')} gone, ${pruned ? 'forgotten' : `still in the knowledge (--prune forgets ${files === 1 ? 'it' : 'them'})`}`

const atMost = (rows: string[][], verbose: boolean): string[][] =>
  verbose || rows.length <= MOST
    ? rows
    : [...rows.slice(0, MOST), [` and ${count(rows.length - MOST)} more (--verbose)`]]

const formatSums = (report: IngestReport): string[] => {
  const { files, added, changed, unchanged, failed, skipped, chunks, embedded, truncated, mode, ms } = report
  const counts = [
    style('bold', plural(files, 'file')),
    `${count(added)} added`,
    `${count(changed)} changed`,
    `${count(unchanged)} unchanged`,
    ...(failed.length ? [style('red', `${count(failed.length)} failed`)] : []),
    ...(skipped ? [`${count(skipped)} of other kinds skipped`] : []),
  ]
  return [
    ` ${counts.join(' · ')}`,
    ` ${plural(chunks, 'chunk')} · ${count(embedded)} embedded · ${duration(ms)}`,
    ...(truncated
      ? [
          ` ${style('yellow', 'note')}  ${plural(truncated, 'chunk')} longer than the embedder reads: the end is found by words only`,
        ]
      : []),
    ...(mode === 'keyword' && files
      ? [` ${style('yellow', 'no embedder')}: these documents are found by words only`]
      : []),
  ]
}
