import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { type Clock, RtError } from '@rt/core'
import { type ProcessTree, type ProcessTreeEnd, startProcessTree } from '@rt/node/process'
import type { Sdk } from '../load-sdk.ts'
import type { McpCommand } from '../options.ts'
import { serverEnvironment } from './environment.ts'
import { createFlowLimit, MAX_MESSAGE_BYTES, messageError } from './flow-limit.ts'
import { createLineReader } from './line-reader.ts'
import type { ServerTransport } from './server-transport.ts'

const STDERR_KEPT = 8 * 1024
/** From the end of its input to SIGTERM, and from there to SIGKILL. */
const GRACE_MS = 1_000

export interface StdioTransportOptions {
  name: string
  server: McpCommand
  sdk: Sdk
  clock: Clock
}

/**
 * A server as a child process: a message a line, with a limit for each and for all. The official transport kills the
 * program alone, and not what it started.
 */
export const createStdioTransport = (options: StdioTransportOptions): ServerTransport => {
  const { name, server, sdk, clock } = options
  let tree: ProcessTree | undefined
  let stderr = ''
  let failure: RtError | undefined
  let isClosed = false

  const close = async (): Promise<void> => {
    if (!tree) return
    const isFirst = !isClosed
    isClosed = true
    if (isFirst) void endPolitely(tree, clock)
    await tree.ended
  }
  const fail = (error: RtError): void => {
    if (isClosed) return
    failure ??= error
    tree?.kill()
  }

  const transport: ServerTransport & { stderr: unknown; pid: unknown } = {
    get failure() {
      return failure
    },
    fail,
    // Both names tell the client that silence comes from a process, and not from a network.
    get pid() {
      return tree?.pid ?? null
    },
    stderr: null,
    start: async () => {
      const [command, ...args] = server.command as [string, ...string[]]
      tree = startProcessTree({ command, args, env: serverEnvironment(server.env), cwd: server.cwd })
      tree.setRef(false)
      tree.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr = (stderr + text).slice(-STDERR_KEPT)
        if (process.env['RT_DEBUG']) process.stderr.write(text)
      })
      const spend = createFlowLimit(name, clock)
      const guarded = (work: () => void): void => {
        try {
          work()
        } catch (error) {
          if (RtError.isInstance(error)) fail(error)
          else transport.onerror?.(error as Error)
        }
      }
      const read = createLineReader(MAX_MESSAGE_BYTES, {
        onLine: (line) =>
          guarded(() => {
            if (failure || isClosed) return
            spend(1, 0)
            transport.onmessage?.(sdk.deserializeMessage(line.replace(/\r$/, '')))
          }),
        onLong: () => fail(messageError(name)),
      })
      tree.stdout.on('data', (chunk: Uint8Array) =>
        guarded(() => {
          if (failure || isClosed) return
          spend(0, chunk.length)
          read(chunk)
        }),
      )
      void tree.ended.then(async (end) => {
        // The last words may lie in the pipe still.
        await new Promise((resolve) => setImmediate(resolve))
        if (!isClosed) failure ??= endError(options, end, stderr)
        transport.onclose?.()
      })
    },
    send: (message: JSONRPCMessage) =>
      new Promise<void>((resolve, reject) => {
        if (!tree || isClosed || failure) return reject(failure ?? notRunning(name))
        const { stdin } = tree
        if (stdin.write(sdk.serializeMessage(message))) return resolve()
        const done = (): void => {
          stdin.off('drain', done).off('close', done)
          resolve()
        }
        stdin.on('drain', done).on('close', done)
      }),
    close,
  }
  return transport
}

const endPolitely = async (tree: ProcessTree, clock: Clock): Promise<void> => {
  const over = new AbortController()
  const ended = tree.ended.then(() => over.abort())
  tree.setRef(true)
  tree.stdin.end()
  try {
    await clock.sleep(GRACE_MS, over.signal)
    tree.terminate()
    await clock.sleep(GRACE_MS, over.signal)
    tree.kill()
  } catch {
    // It went by itself.
  }
  await ended
}

const notRunning = (name: string): RtError =>
  new RtError({ code: 'mcp_unavailable', message: `the MCP server ${name} is not running.`, data: { server: name } })

const endError = (
  { name, server: { command } }: StdioTransportOptions,
  { code, signal, cause }: ProcessTreeEnd,
  stderr: string,
): RtError => {
  const missing = code === 127 || cause !== undefined
  return new RtError({
    code: 'mcp_unavailable',
    message: missing
      ? `the MCP server ${name} cannot be started: the command ${JSON.stringify(command[0])} was not found.`
      : `the MCP server ${name} ended (${signal ?? `exit code ${code}`}).`,
    hint: missing
      ? `Install it, or correct \`command\` of [mcp.${name}].`
      : 'It is started again at the next use. RT_DEBUG=1 prints what it says; its last words are the cause of this error.',
    data: { server: name, code, signal },
    // Not in `data`, which servers send to their clients: it may hold paths and secrets.
    cause: cause ?? (stderr ? new RtError({ code: 'mcp_unavailable', message: stderr }) : undefined),
  })
}
