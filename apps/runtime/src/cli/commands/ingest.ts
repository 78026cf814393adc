import { resolve } from 'node:path'
import { type IngestReport, RtError } from '@rt/core'
import { type CommandContext, type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { findData } from '../find-data.ts'
import { withRuntime } from '../open.ts'
import { formatError } from '../output/format-error.ts'
import { createIngestProgress } from '../output/ingest-progress.ts'
import { formatIngestReport, summarizeIngest } from '../output/ingest-report.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { plural } from '../output/units.ts'
import { outside } from '../outside.ts'

export const command: CommandDefinition = {
  name: 'ingest',
  summary: 'Add documents to the knowledge; unchanged files cost nothing',
  positionals: 'PATH…',
  min: 1,
  max: Infinity,
  completes: 'file',
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    ...JSON_FLAG,
    watch: { type: 'boolean', short: 'w', description: 'Go on: ingest again whenever a file changes, until Ctrl-C' },
    prune: { type: 'boolean', description: 'Forget documents whose file is gone from the folder' },
    'local-only': {
      type: 'boolean',
      description: 'Keep these documents from models and embedders that are not on this machine',
    },
    verbose: { type: 'boolean', description: 'Show every file, not only what changed or failed' },
  },
  examples: [
    'rt ingest ./docs',
    'rt ingest notes.md report.pdf handbook/ --json',
    'rt ingest ./docs --watch --prune',
    'rt ingest ./payroll --local-only',
    'rt ingest ./docs --verbose',
  ],
  async run(context) {
    if (context.flags['watch']) return watch(context)
    const { report, into } = await ingestOnce(context)
    printReport(context, report, into)
    if (!report.files && !report.removed.length) throw await nothingToRead(context.args, report)
    return report.failed.length ? 1 : 0
  },
}

// ---

/** Opened for each run: between two runs of `--watch` the data folder is free for others. */
const ingestOnce = (context: CommandContext): Promise<{ report: IngestReport; into: string }> =>
  withRuntime(context, {}, async (runtime) => {
    const progress = createIngestProgress()
    try {
      // As typed: sources are cited by these names. The client of another process makes them absolute.
      const report = await runtime.ingest(context.args, {
        signal: context.signal,
        prune: context.flags['prune'] === true,
        ...(context.flags['local-only'] === true && { label: 'local-only' as const }),
        onProgress: progress.update,
      })
      const by = runtime.owner ? `, by the server at ${runtime.owner.address}` : ''
      return { report, into: `${printableLine(runtime.data)}${by}` }
    } finally {
      progress.end()
    }
  })

const printReport = ({ flags }: CommandContext, report: IngestReport, into: string): void => {
  if (flags['json']) return void process.stdout.write(`${toJson(report, flags['watch'] ? 0 : 2)}\n`)
  const lines = formatIngestReport(report, { verbose: flags['verbose'] === true, pruned: flags['prune'] === true })
  process.stdout.write(`${[...lines, ` into ${into}`].join('\n')}\n`)
}

/** A line for each run that did something; a run that fails is told, and the next change tries again. */
const watch = async (context: CommandContext): Promise<number> => {
  const { args, signal } = context
  const { watchFolders } = await import('@rt/memory')
  let first: Promise<unknown> = Promise.resolve()
  // Watching begins before the first run: what changes during it is not missed.
  await using watching = await watchFolders(
    args.map((path) => resolve(path)),
    {
      signal,
      // What a run writes must not lead to the next one.
      accept: outside(await findData(context.flags)),
      async onChange() {
        await first.catch(() => {})
        await again(context)
      },
    },
  )
  first = ingestOnce(context).then(({ report, into }) => printReport(context, report, into))
  await first
  process.stderr.write(` watching ${args.map(printableLine).join(', ')} · Ctrl-C ends\n`)
  await watching.ended
  return 0
}

const again = async (context: CommandContext): Promise<void> => {
  const { flags, signal } = context
  try {
    const { report } = await ingestOnce(context)
    if (!(report.added || report.changed || report.failed.length || report.removed.length)) return
    if (flags['json']) process.stdout.write(`${toJson(report, 0)}\n`)
    else
      process.stdout.write(
        `${[...failures(report), ` ${time()}  ${summarizeIngest(report, { pruned: flags['prune'] === true })}`].join('\n')}\n`,
      )
  } catch (error) {
    if (!signal.aborted) process.stderr.write(formatError(error))
  }
}

const failures = ({ failed }: IngestReport): string[] =>
  failed.slice(0, 5).map(({ source, reason }) => ` failed    ${printableLine(source)}   ${printableLine(reason)}`)

const time = (): string => new Date().toTimeString().slice(0, 8)

const nothingToRead = async (paths: string[], { skipped }: IngestReport): Promise<RtError> => {
  const { DOCUMENT_ENDINGS } = await import('@rt/memory')
  const others = skipped ? ` (${plural(skipped, 'file')} of other kinds)` : ''
  return new RtError({
    code: 'not_found',
    message: `nothing to read: no file of a kind that is read in ${paths.map((path) => `"${path}"`).join(', ')}${others}.`,
    hint: `Files are read that end in ${DOCUMENT_ENDINGS.join(' ')}.`,
  })
}
