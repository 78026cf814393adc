import { constants } from 'node:os'
import { nearestNames, RtError } from '@rt/core'
import { COMMANDS } from './commands.ts'
import { commandHelp, mainHelp } from './help.ts'
import { formatError } from './output/format-error.ts'
import { parseCommand, isUsageError, UsageError } from './parse.ts'
import { version } from '../version.ts'

const dispatch = async (argv: string[], signal: AbortSignal): Promise<number> => {
  const [name, ...rest] = argv
  if (name === 'help' && rest[0] !== undefined) return dispatch([rest[0], '--help'], signal)
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await mainHelp())
    return 0
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!load) throw unknownCommand(name)
  const { command } = await load()
  const context = parseCommand(command, rest)
  if (context.flags['help']) {
    process.stdout.write(commandHelp(command))
    return 0
  }
  return (await command.run({ ...context, signal })) ?? 0
}

const unknownCommand = (name: string): UsageError => {
  const [near] = nearestNames(name, Object.keys(COMMANDS), { most: 2 })
  return new UsageError({
    code: 'invalid_request',
    message: `rt has no command "${name}".`,
    hint: `${near ? `Did you mean rt ${near}? ` : ''}Commands: ${Object.keys(COMMANDS).join(', ')}.`,
  })
}

const unwritten = (error: NodeJS.ErrnoException): RtError =>
  new RtError({
    code: error.code === 'ENOSPC' ? 'disk_full' : 'internal',
    message: `the output could not be written: ${error.message}.`,
    hint: 'What the command did is done, but what it had to say is lost.',
    cause: error,
  })

/** Runs the command line and sets the exit code. */
export const main = async (argv: string[]): Promise<void> => {
  const stopping = new AbortController()
  let stoppedBy: NodeJS.Signals | undefined
  // The first Ctrl-C asks the command to wind down, the second ends the process; children notice and end themselves.
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      if (stoppedBy) process.exit(128 + constants.signals[name])
      stoppedBy = name
      stopping.abort(new RtError({ code: 'aborted', message: 'stopped.' }))
    })
  // A pipe that closes early (`rt trace | head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(formatError(unwritten(error)))
    process.exit(1)
  })
  try {
    process.exitCode = await dispatch(argv, stopping.signal)
  } catch (error) {
    if (stoppedBy) {
      process.stderr.write(' stopped\n')
      process.exitCode = 128 + constants.signals[stoppedBy]
    } else {
      process.stderr.write(formatError(error, { debug: argv.includes('--debug') }))
      process.exitCode = isUsageError(error) ? 2 : 1
    }
  }
}
