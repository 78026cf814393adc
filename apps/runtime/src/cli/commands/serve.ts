import { abortable, type HealthReport, isLoopbackHost } from '@rt/core'
import type { AppFactory } from '../../app/define-app.ts'
import type { ResolvedApp } from '../../app/resolve-app.ts'
import { type OpeningRuntime, openRuntime } from '../../create-runtime.ts'
import { DEFAULT_PORT } from '../../default-port.ts'
import type { RunningServer } from '@rt/server/node'
import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, HOST_FLAG, MODEL_FLAG, PORT_FLAG, text } from '../command.ts'
import { DEV_PID } from '../dev/dev-pid.ts'
import { showTools } from '../dev/show-tools.ts'
import { placeOf } from '../find-data.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { duration } from '../output/units.ts'
import { parsePort } from '../parse-port.ts'
import { positiveInteger } from '../positive-integer.ts'
import { stopped } from '../stopped.ts'

export const command: CommandDefinition = {
  name: 'serve',
  summary: 'Serve models and knowledge over HTTP (OpenAI-compatible), with your own tools, agents and routes',
  positionals: '[APP]',
  max: 1,
  flags: {
    ...DATA_FLAGS,
    ...MODEL_FLAG,
    ...PORT_FLAG,
    ...HOST_FLAG,
    drain: {
      type: 'string',
      value: 'SECONDS',
      description: 'How long running answers may finish when it stops (default 10)',
    },
    ...CONFIG_FLAGS,
  },
  examples: ['rt serve', 'rt serve app.ts', 'rt serve --port 8080 --model qwen2.5-coder:1.5b'],
  async run({ args: [file], flags, signal }) {
    const developer = Number(process.env[DEV_PID])
    // What the app starts is no child of it.
    delete process.env[DEV_PID]
    if (developer) (await import('@rt/node/process')).endWithParent(developer)
    const given = text(flags['port'])
    const port = parsePort(command, given)
    const drainMs = 1000 * positiveInteger(command, 'drain', text(flags['drain']), 10)
    const stopping = new AbortController()
    const runtime = await openRuntime({
      ...placeOf(flags, file),
      trust: flags['trust'] === true,
      signal,
      chat: text(flags['model']),
      app: file === undefined ? undefined : appOf(file, { all: developer > 0 }),
      onProgress: createDownloadProgress(),
    })
    try {
      // Listening comes first: a client that connects at once is answered when the model is ready.
      const server = await runtime.serve({
        port,
        host: text(flags['host']),
        fallback: given === undefined && mayMove(runtime),
        drainMs,
        onShutdown: () => stopping.abort(),
      })
      sayListening(server, runtime, { port, host: text(flags['host']) })
      const either = AbortSignal.any([signal, stopping.signal])
      await abortable(Promise.all([runtime.ready(), runtime.loadChat()]), either)
      process.stdout.write(
        ` ${style('green', 'ready')}      model loaded ${duration(process.uptime() * 1000)} after start · data ${runtime.data} · Ctrl-C stops\n`,
      )
      if (file !== undefined) process.stdout.write(appLine(file, await runtime.app()))
      // The embedder; a failure is what /health says from then on.
      void runtime.warm().then(
        () => sayDetail(runtime.health()),
        () => {},
      )
      await stopped(either)
      process.stdout.write(' stopping: running answers may finish\n')
      await server.close()
    } finally {
      await runtime.close()
    }
  },
}

/** Loaded once the port is bound, like everything else. */
const appOf =
  (file: string, show: { all: boolean }): AppFactory =>
  async (context) => {
    const { loadApp } = await import('../../app/load-app.ts')
    const app = await loadApp(file)
    return showTools(typeof app === 'function' ? await app(context) : app, show)
  }

/** ` app        app.ts · tools repair_price · agents clerk · routes GET /prices`. */
const appLine = (file: string, { tools, agents, routes }: ResolvedApp): string => {
  const kinds = { tools: tools.map(({ name }) => name), agents: [...agents.keys()], routes: Object.keys(routes) }
  const parts = Object.entries(kinds).flatMap(([kind, names]) => (names.length ? [`${kind} ${names.join(', ')}`] : []))
  return ` ${style('green', 'app')}        ${printableLine([file, ...parts].join(' · '))}\n`
}

const sayDetail = ({ detail }: HealthReport): void => {
  if (detail) process.stderr.write(`${style('yellow', 'warning', process.stderr)}  ${detail}\n`)
}

/** Clients count on a port that was written down; only the default one may be another. */
const mayMove = ({ config }: OpeningRuntime): boolean =>
  config.rows.find(({ key }) => key === 'server.port')?.origin.from !== 'file'

const sayListening = (
  running: RunningServer,
  { config }: OpeningRuntime,
  given: { port: number | undefined; host: string | undefined },
): void => {
  const { server } = config.settings
  const asked = { host: given.host ?? server.host, port: given.port ?? server.port ?? DEFAULT_PORT }
  process.stdout.write(
    ` ${style('green', 'listening')}  ${describeListening(running, asked)}   ${duration(process.uptime() * 1000)} after start\n`,
  )
}

/** The address to call, and what about it is not as one might think. */
export const describeListening = (
  { address, port: bound }: Pick<RunningServer, 'address' | 'port'>,
  { host, port }: { host: string; port: number },
): string => {
  const moved = port !== 0 && port !== bound ? ` (port ${port} was taken)` : ''
  return `${address}${moved}${isLoopbackHost(host) ? '' : `, other machines reach it (host ${host})`}`
}
