import { isLoopbackHost, type KeysPort, throwIfAborted } from '@rt/core'
import type { Owner } from '@rt/node/sqlite'
import type { App, AppEnv, AppOptions, Route, ServerPorts } from '@rt/server'
import type { RunningServer } from '@rt/server/node'
import type { Settings } from './config/settings.ts'
import { DEFAULT_PORT } from './default-port.ts'
import { once } from './once.ts'
import { reachableHost } from './reachable-host.ts'
import type { ServeOptions } from './runtime.ts'

export interface ServingOptions {
  settings: Pick<Settings, 'server'>
  /** `fetch` answers without a key under any host name. */
  openFetch: boolean
  /** Its token opens the native API. */
  owner: Owner | undefined
  /** After it nothing is served any more. */
  closing: AbortSignal
  ports(): ServerPorts
  routes(): Promise<Record<string, Route>>
  keys(): Promise<KeysPort>
  /** Called when the first address is known. */
  started(): void
}

/** The runtime over HTTP: mounted in another framework, or listening. */
export interface Serving {
  fetch(request: Request, env?: AppEnv): Promise<Response>
  serve(options?: ServeOptions): Promise<RunningServer>
  close(): Promise<void>
}

export const createServing = (options: ServingOptions): Serving => {
  const { settings, owner, closing } = options
  const servers = new Set<RunningServer>()

  const createApp = async (appOptions: AppOptions): Promise<App> => {
    const [server, routes, keys] = await Promise.all([import('@rt/server'), options.routes(), options.keys()])
    const { allowedHosts, allowedOrigins } = settings.server
    const given: AppOptions = { allowedHosts, allowedOrigins, keys, routes, localToken: owner?.info.token }
    return server.createApp(options.ports(), { ...given, ...appOptions })
  }
  // Another host name is how others reach it: then a key is asked for, as `serve` does beyond loopback.
  const mounted = once(() =>
    createApp({
      apiKeys: keysOfEnvironment(),
      keyed: !options.openFetch && !settings.server.allowedHosts.every(isLoopbackHost),
    }),
  )
  const forget = async (server: RunningServer): Promise<void> => {
    if (!servers.delete(server)) return
    const [other] = servers
    // It only helps others: closing does not fail for it.
    await owner?.setAddress(other?.address).catch(() => {})
  }

  return {
    // Whoever checks the callers does so too for those from another machine.
    fetch: async (request, env) => (await mounted()).fetch(request, options.openFetch ? undefined : env),
    async serve({
      apiKeys = keysOfEnvironment(),
      host = settings.server.host,
      port = settings.server.port ?? DEFAULT_PORT,
      allowedHosts = settings.server.allowedHosts,
      maxRequests = settings.server.maxRequests,
      onShutdown,
      fallback,
      drainMs,
      warm = true,
    } = {}) {
      throwIfAborted(closing)
      const { serve } = await import('@rt/server/node')
      const reachable = await reachableHost(host)
      // Commands on this machine call it by address; a page that was given another name for it cannot.
      const names = allowedHosts.length > 0 ? [...allowedHosts, reachable] : allowedHosts
      // The port first; the app behind it with the first request or right after, whichever is sooner.
      const served = once(() => createApp({ allowedHosts: names, apiKeys, onShutdown }))
      const lazy = {
        // Only beyond this machine it matters, and only then it is worth opening the database before the port.
        keyed: apiKeys !== undefined || (!isLoopbackHost(host) && (await (await options.keys()).required())),
        fetch: async (request: Request, env?: AppEnv) => (await served()).fetch(request, env),
        warm: async () => (await served()).warm(),
      }
      const listening = await serve(lazy, { port, host, fallback, drainMs, maxRequests })
      const close: RunningServer['close'] = async (closeOptions) => {
        await listening.close(closeOptions)
        await forget(server)
      }
      const server: RunningServer = { ...listening, close, [Symbol.asyncDispose]: () => close() }
      servers.add(server)
      await owner?.setAddress(`http://${reachable}:${server.port}`)
      // After whoever waits for the address has it: what this loads keeps the thread busy.
      if (warm) setImmediate(options.started)
      return server
    },
    close: async () => void (await Promise.all(Array.from(servers, (server) => server.close({ drainMs: 0 })))),
  }
}

const keysOfEnvironment = (): string[] | undefined => {
  const key = process.env['RT_API_KEY']
  return key ? [key] : undefined
}
