import type { MigrateReport } from '@rt/core'
import { called } from '../called.ts'
import type { CommandContext } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { count, duration, plural } from '../output/units.ts'
import { createCounter } from './counter.ts'

/** Exit 1 where the old vectors were kept. */
export const migrate = async (context: CommandContext, name: string): Promise<number> => {
  const counter = createCounter()
  const report = await withRuntime(context, {}, (runtime) =>
    runtime.collections.migrate(name, {
      force: context.flags['force'] === true,
      signal: context.signal,
      onProgress: ({ done, total }) => counter.show(() => `embedding ${count(done)} of ${plural(total, 'record')}`),
    }),
  ).finally(() => counter.end())
  process.stdout.write(context.flags['json'] ? `${toJson(report)}\n` : format(report))
  return report.switched ? 0 : 1
}

// ---

const format = ({ name, records, embedder, switched, parity, ms }: MigrateReport): string => {
  const shown = printableLine(name)
  const { before, after, samples } = parity
  const than = before === undefined ? '' : `, ${percent(before)} before`
  const found = samples ? `; ${percent(after)} of ${plural(samples, 'sampled record')} found${than}` : ''
  if (switched)
    return ` ${shown} has the vectors of ${printableLine(embedder)}: ${plural(records, 'record')}, ${duration(ms)}${found}\n`
  return (
    ` ${shown} keeps both kinds of vectors: those of ${printableLine(embedder)} find less${found}\n` +
    ` To take them all the same: ${called} collections migrate ${shown} --force\n`
  )
}

const percent = (share: number): string => `${Math.round(100 * share)} %`
