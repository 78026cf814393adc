import { RtError } from '@rt/core'
import { endWithParent } from './end-with-parent.ts'
import { type FromChild, PARENT_PID, type ToChild } from './protocol.ts'

export interface ServeChildOptions {
  /** A message of the parent. What it throws ends the process, as any uncaught error does. */
  onMessage: (message: unknown) => void
  /** Called when the parent asks for an end; the process exits when it resolves. Default: exits at once. */
  onStop?: () => void | Promise<void>
}

export interface ChildServer {
  /** To the parent. Does nothing once the channel is closed. */
  send(message: unknown): void
  /** Resolves the parent's `start()`. */
  ready(): void
}

/**
 * The child's side of `superviseChild`: answers heartbeats and dies with its parent. SIGINT and SIGTERM are ignored,
 * because a terminal sends them to the whole group while the parent still drains: the parent decides.
 *
 * @throws RtError `invalid_request` in a process that was not started by `superviseChild`.
 */
export const serveChild = ({ onMessage, onStop }: ServeChildOptions): ChildServer => {
  const parent = Number(process.env[PARENT_PID])
  if (!process.send || !parent) {
    throw new RtError({
      code: 'invalid_request',
      message: 'this program serves a parent process and was started without one.',
      hint: 'Start it through superviseChild().',
    })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.on('disconnect', () => process.exit(0))
  if (!process.connected) process.exit(0)

  // The channel may close at any time; its closing ends the process, so there is nobody to tell about a failed send.
  const send = (message: FromChild): void => void process.send?.(message, undefined, undefined, () => {})
  const stop = async (): Promise<void> => {
    try {
      await onStop?.()
      process.exit(0)
    } catch (error) {
      console.error(error)
      process.exit(1)
    }
  }
  process.on('message', (message: ToChild) => {
    if (message[0] === 'message') onMessage(message[1])
    else if (message[0] === 'ping') send(['pong', process.memoryUsage.rss()])
    else void stop()
  })
  return {
    send: (message) => send(['message', message]),
    ready() {
      send(['ready'])
      endWithParent(parent)
    },
  }
}
