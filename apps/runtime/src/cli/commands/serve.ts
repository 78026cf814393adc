import { abortable } from '@rt/core'
import { openRuntime } from '../../create-runtime.ts'
import { type CommandDefinition, DATA_FLAG, MODEL_FLAG, PORT_FLAG, text } from '../command.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { style } from '../output/style.ts'
import { duration } from '../output/units.ts'
import { parsePort } from '../parse-port.ts'
import { stopped } from '../stopped.ts'

export const command: CommandDefinition = {
  name: 'serve',
  summary: 'Serve models and knowledge over HTTP (OpenAI-compatible)',
  flags: {
    ...DATA_FLAG,
    ...MODEL_FLAG,
    ...PORT_FLAG,
    host: {
      type: 'string',
      value: 'ADDRESS',
      description: 'Address to listen on (default 127.0.0.1; any other needs RT_API_KEY)',
    },
  },
  examples: ['rt serve', 'rt serve --port 8080 --model qwen2.5-coder:1.5b'],
  async run({ flags, signal }) {
    const given = text(flags['port'])
    const port = parsePort(command, given)
    const runtime = await openRuntime({
      data: text(flags['data']),
      chat: text(flags['model']),
      onProgress: createDownloadProgress(),
    })
    try {
      // Listening comes first: a client that connects at once is answered when the model is ready.
      const server = await runtime.serve({ port, host: text(flags['host']), fallback: given === undefined })
      const listening = process.uptime() * 1000
      const host = text(flags['host'])
      const open = host === undefined || host === '127.0.0.1' ? '' : `, on ${host}: other machines reach it`
      process.stdout.write(
        ` ${style('green', 'listening')}  ${server.address}${open}   ${duration(listening)} after start\n`,
      )
      await abortable(Promise.all([runtime.ready(), runtime.warm()]), signal)
      process.stdout.write(
        ` ${style('green', 'ready')}      model loaded ${duration(process.uptime() * 1000)} after start · data ${runtime.data} · Ctrl-C stops\n`,
      )
      const { detail } = runtime.health()
      if (detail) process.stderr.write(`${style('yellow', 'warning', process.stderr)}  ${detail}\n`)
      await stopped(signal)
      process.stdout.write(' stopping: running answers may finish\n')
      await server.close()
    } finally {
      await runtime.close()
    }
  },
}
