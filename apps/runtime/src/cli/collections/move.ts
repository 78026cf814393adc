import type { MoveReport, StorePlace } from '@rt/core'
import { askYes } from '../../ask-yes.ts'
import { withoutLogins } from '../../config/shown.ts'
import { type CommandContext, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { count, duration, plural } from '../output/units.ts'
import { usage } from '../parse.ts'
import { createCounter } from './counter.ts'
import { parsePlace } from './parse-place.ts'

const COMMAND = { name: 'collections' }

export const move = async (context: CommandContext, name: string): Promise<number> => {
  const { flags, signal } = context
  const [to, from] = ['to', 'from'].map((flag) => {
    const typed = text(flags[flag])
    return typed === undefined ? undefined : parsePlace(COMMAND, flag, typed)
  })
  if (!to && !from) throw usage(COMMAND, 'say where it shall be (--to), or where it is (--from).')
  const keep = flags['keep'] === true
  if (!keep && !flags['yes'] && !(await agreed(name, to, signal))) {
    process.stdout.write(' nothing was moved\n')
    return 1
  }
  const counter = createCounter()
  const report = await withRuntime(context, {}, (runtime) =>
    runtime.collections.move(name, {
      ...(to && { to }),
      ...(from && { from }),
      keep,
      resume: flags['resume'] === true,
      signal,
      onProgress: ({ pass, done, total }) =>
        counter.show(() => `${pass === 1 ? 'copying' : 'comparing'} ${count(done)} of ${plural(total, 'record')}`),
    }),
  ).finally(() => counter.end())
  process.stdout.write(flags['json'] ? `${toJson(report)}\n` : format(report, from ? undefined : to))
  return 0
}

// ---

const agreed = (name: string, to: StorePlace | undefined, signal: AbortSignal): Promise<boolean> => {
  if (!process.stdin.isTTY)
    throw usage(COMMAND, `moving "${printableLine(name)}" deletes it where it is: that needs --yes, or say --keep.`)
  const then = to ? ' It is looked for there once [vector] of config.toml says so.' : ''
  return askYes(`Move ${printableLine(name)}, and delete it where it is?${then}`, { signal })
}

const format = ({ name, records, passes, kept, ms }: MoveReport, unsettled: StorePlace | undefined): string => {
  const what = kept ? 'copied' : 'moved'
  const proof = `every one compared with its original, in ${passes} passes, ${duration(ms)}`
  return ` ${what} ${printableLine(name)}: ${plural(records, 'record')}, ${proof}\n${unsettled ? settings(unsettled) : ''}`
}

/** What has to be written down for rt to look there. */
const settings = ({ store, url }: StorePlace): string =>
  [
    ' To use it there, write into config.toml and start anew:',
    '   [vector]',
    `   store = "${store}"`,
    ...(url === undefined ? [] : [`   url = ${JSON.stringify(withoutLogins(url))}`]),
    '',
  ].join('\n')
