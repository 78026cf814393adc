import { openRuntime } from '../../create-runtime.ts'
import { type CommandDefinition, DATA_FLAG, MODEL_FLAG, text } from '../command.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { style } from '../output/style.ts'
import { duration } from '../output/units.ts'
import { usage } from '../parse.ts'

export const command: CommandDefinition = {
  name: 'serve',
  summary: 'Serve models and knowledge over HTTP (OpenAI-compatible)',
  flags: {
    ...DATA_FLAG,
    ...MODEL_FLAG,
    port: { type: 'string', short: 'p', value: 'N', description: 'Port (default 4141, or RT_PORT; 0 = any free one)' },
    host: { type: 'string', value: 'ADDRESS', description: 'Address to listen on (default 127.0.0.1)' },
  },
  examples: ['rt serve', 'rt serve --port 8080 --model qwen2.5-coder:1.5b'],
  async run({ flags, signal }) {
    const given = text(flags['port'])
    const port = parsePort(given)
    const runtime = await openRuntime({
      data: text(flags['data']),
      chat: text(flags['model']),
      onProgress: createDownloadProgress(),
    })
    try {
      // Listening comes first: a client that connects at once is answered when the model is ready.
      const server = await runtime.serve({ port, host: text(flags['host']), fallback: given === undefined })
      const listening = process.uptime() * 1000
      process.stdout.write(` ${style('green', 'listening')}  ${server.address}   ${duration(listening)} after start\n`)
      await runtime.ready()
      await runtime.warm()
      process.stdout.write(
        ` ${style('green', 'ready')}      model loaded ${duration(process.uptime() * 1000)} after start · Ctrl-C stops\n`,
      )
      await stopped(signal)
      process.stdout.write(' stopping: running answers may finish\n')
      await server.close()
    } finally {
      await runtime.close()
    }
  },
}

const parsePort = (value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usage(command, `--port must be 0 to 65535, not "${value}".`)
  return port
}

export const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
