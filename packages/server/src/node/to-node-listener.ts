import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isLoopbackHost } from '@rt/core'
import { createLazyListener } from './lazy-listener.ts'
import type { ServableApp } from './serve.ts'

/**
 * An app as a request listener of `node:http`, for a server of your own: `createServer(toNodeListener(app))`. A request
 * that does not come over loopback needs a key, whatever the app's options say. `serve` adds limits and draining; here
 * they are yours to add.
 */
export const toNodeListener = (app: ServableApp): ((incoming: IncomingMessage, outgoing: ServerResponse) => void) => {
  const { handle } = createLazyListener(app, ({ socket }) => ({ exposed: isExposed(socket) }))
  return (incoming, outgoing) => void handle(incoming, outgoing)
}

/** A socket in the file system has no address; and where one came from that is gone, nobody knows any more. */
const isExposed = ({ localAddress, destroyed }: Socket): boolean =>
  destroyed || (localAddress !== undefined && !isLoopbackAddress(localAddress))

/** An IPv4 address may come written as an IPv6 one. */
const isLoopbackAddress = (address: string): boolean => isLoopbackHost(address.replace(/^::ffff:/i, ''))
