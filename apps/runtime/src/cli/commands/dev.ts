import { existsSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RtError } from '@rt/core'
import { watchFolders } from '@rt/memory'
import {
  type CommandContext,
  type CommandDefinition,
  CONFIG_FLAGS,
  DATA_FLAGS,
  HOST_FLAG,
  MODEL_FLAG,
  PORT_FLAG,
} from '../command.ts'
import { createDevServer } from '../dev/dev-server.ts'
import { findData } from '../find-data.ts'
import { outside } from '../outside.ts'
import { style } from '../output/style.ts'

/** What an app is made of; documents and data are not. */
const WATCHED = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '.toml'])

export const command: CommandDefinition = {
  name: 'dev',
  summary: 'Serve an app, and start it again when a file of it changes',
  positionals: 'APP',
  min: 1,
  max: 1,
  flags: { ...DATA_FLAGS, ...MODEL_FLAG, ...PORT_FLAG, ...HOST_FLAG, ...CONFIG_FLAGS },
  examples: ['rt dev app.ts', 'rt dev app.ts --port 8080'],
  async run({ args, flags, signal }) {
    const [file = ''] = args
    const path = resolve(file)
    if (!existsSync(path))
      throw new RtError({ code: 'not_found', message: `there is no file ${file}.`, hint: 'rt init makes an app.' })
    const data = await findData(flags, file)
    // The server writes there all the time.
    const isOurs = outside(data)
    if (!isOurs(path)) throw insideData(file, data)
    const server = createDevServer({
      command: [process.execPath, ...process.execArgv, entry(), 'serve', file, ...toArguments(flags)],
      say: (line) => void process.stdout.write(` ${style('cyan', 'dev')}        ${line}\n`),
    })
    // Watching begins before the server does: what changes meanwhile is not missed.
    await using watching = await watchFolders(dirname(path), {
      signal,
      settleMs: 100,
      accept: (changed) => WATCHED.has(extname(changed)) && isOurs(changed),
      onChange: () => server.restart('changed: starting again'),
    })
    server.start()
    try {
      await watching.ended
      signal.throwIfAborted()
    } finally {
      await server.stop()
    }
  },
}

const insideData = (file: string, data: string): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `${file} lies in the data folder ${data}, which the server writes to: its changes cannot be told from yours.`,
    hint: 'Name another data folder: --data FOLDER, or RT_DATA.',
  })

/** The `rt` of this process: the built command, or its source. */
const entry = (): string => process.argv[1] ?? fileURLToPath(new URL('../rt.ts', import.meta.url))

/** The flags as they were typed, but with a short time to drain: a developer does not want to wait. */
const toArguments = (flags: CommandContext['flags']): string[] => [
  ...Object.entries(flags).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : typeof value === 'string' ? [`--${name}`, value] : [],
  ),
  '--drain',
  '1',
]
