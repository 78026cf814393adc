import type { IngestReport } from '@rt/memory'
import { type CommandDefinition, DATA_FLAG, JSON_FLAG } from '../command.ts'
import { withRuntime } from '../open.ts'
import { style } from '../output/style.ts'
import { count, duration, plural } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'ingest',
  summary: 'Add documents (Markdown and text) to the knowledge; unchanged files cost nothing',
  positionals: 'PATH…',
  min: 1,
  max: Infinity,
  flags: {
    ...DATA_FLAG,
    ...JSON_FLAG,
    prune: { type: 'boolean', description: 'Forget documents whose file is gone from the folder' },
  },
  examples: ['rt ingest ./docs', 'rt ingest notes.md handbook/ --json'],
  async run(context) {
    const { args, flags, signal } = context
    const prune = flags['prune'] === true
    return withRuntime(context, {}, async (runtime) => {
      const report = await runtime.ingest(args, { signal, prune })
      const lines = flags['json']
        ? [JSON.stringify(report, null, 2)]
        : [...format(report, prune), ` into ${runtime.data}`]
      process.stdout.write(`${lines.join('\n')}\n`)
      return report.failed.length ? 1 : 0
    })
  },
}

const format = (report: IngestReport, pruned: boolean): string[] => {
  const { added, changed, unchanged, failed, removed, chunks, embedded, mode, ms } = report
  return [
    ` ${style('bold', plural(report.files, 'file'))} · ${count(added)} added · ${count(changed)} changed · ${count(unchanged)} unchanged`,
    ` ${plural(chunks, 'chunk')} · ${count(embedded)} embedded · ${duration(ms)}`,
    ...(report.files ? [] : [' nothing to read: files that end in .md, .markdown or .txt are']),
    ...(removed.length
      ? [
          ` ${plural(removed.length, 'file')} gone${pruned ? ', forgotten' : ', still in the knowledge (--prune forgets them)'}`,
        ]
      : []),
    ...(mode === 'keyword' ? [` ${style('yellow', 'no embedder')}: these documents are found by words only`] : []),
    ...failed.map(({ source, reason }) => ` ${style('red', 'failed')}  ${source}: ${reason}`),
  ]
}
