import type { RequestOptions } from '@modelcontextprotocol/client'
import { abortable, type Clock, type Principal, RtError } from '@rt/core'
import { connect, type Connection } from './connect.ts'
import { loadSdk } from './load-sdk.ts'
import type { McpClientOptions, McpServerOptions } from './options.ts'
import { createCallers } from './requests/callers.ts'
import { createRestartLimit } from './restart-limit.ts'
import { toMcpError } from './to-mcp-error.ts'

/** Our own limit of a call comes first, and says which tool it was. */
const SLACK_MS = 5_000

export interface SessionUse {
  signal: AbortSignal
  /** For whom the server may ask something meanwhile. Absent: it may not. */
  principal?: Principal
}

/** The connection to one server: opened at its first use, and again at the next use after it ended. */
export interface Session extends AsyncDisposable {
  readonly state: 'idle' | 'starting' | 'running' | 'closed'
  /** Why it last failed. */
  readonly failure: RtError | undefined
  /** @throws RtError */
  use<T>(options: SessionUse, work: (connection: Connection, request: RequestOptions) => Promise<T>): Promise<T>
}

export interface SessionOptions {
  name: string
  server: McpServerOptions
  shared: McpClientOptions
  clock: Clock
  timeoutMs: number
  /** Told after it was opened, and when its list of tools is not what it was. */
  onStale: () => void
}

export const createSession = ({ name, server, shared, clock, timeoutMs, onStale }: SessionOptions): Session => {
  const callers = createCallers()
  const restarts = createRestartLimit(name, clock)
  const closing = new AbortController()
  let opening: Promise<Connection> | undefined
  let current: Connection | undefined
  let failure: RtError | undefined

  const launch = async (): Promise<Connection> => {
    await restarts.wait(closing.signal)
    const sdk = await loadSdk()
    const options = { name, server, shared, sdk, clock, callers, onChanged: onStale, signal: closing.signal }
    try {
      const connection = await connect(options)
      const { client, transport } = connection
      const ended = (): void => {
        if (current !== connection) return
        current = undefined
        if (closing.signal.aborted) return
        failure =
          transport.failure ?? new RtError({ code: 'mcp_unavailable', message: `the MCP server ${name} ended.` })
        restarts.failed()
      }
      current = connection
      failure = undefined
      client.onclose = ended
      // It may have ended right behind its last word.
      if (transport.failure) ended()
      onStale()
      return connection
    } catch (error) {
      if (!closing.signal.aborted) {
        failure = error as RtError
        // A login that is missing is not mended by waiting.
        if (failure.code !== 'unauthorized') restarts.failed()
      }
      throw error
    }
  }
  const open = async (): Promise<Connection> => {
    if (closing.signal.aborted) throw closedError(name)
    if (current) return current
    opening ??= launch().finally(() => (opening = undefined))
    return opening
  }
  /** A session that the server forgot, or a line that broke: the next use begins anew. */
  const drop = (connection: Connection): void => {
    if (current !== connection) return
    current = undefined
    void connection.client.close()
  }

  return {
    get state() {
      if (closing.signal.aborted) return 'closed'
      return current ? 'running' : opening ? 'starting' : 'idle'
    },
    get failure() {
      return failure
    },
    async use({ signal, principal }, work) {
      const sdk = await loadSdk()
      const connection = await abortable(open(), signal)
      const leave = principal === undefined ? undefined : callers.enter(principal)
      try {
        return await work(connection, { signal, timeout: timeoutMs + SLACK_MS })
      } catch (error) {
        const { failure: ended } = connection.transport
        const wrapped = toMcpError(error, { name, server, sdk, failure: ended, signal })
        if ('url' in server && wrapped.code === 'mcp_unavailable') drop(connection)
        throw wrapped
      } finally {
        leave?.()
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort(closedError(name))
      const connection = current ?? (await opening?.catch(() => undefined))
      current = undefined
      await connection?.client.close()
    },
  }
}

const closedError = (name: string): RtError =>
  new RtError({ code: 'shutting_down', message: `the MCP server ${name} was closed with its runtime.` })
