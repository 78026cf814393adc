// A preload for machines without network namespaces: every connection that leaves this machine is refused.
import { Socket } from 'node:net'

const LOOPBACK = /^(localhost|127\.|::1$)/
const { connect } = Socket.prototype
Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  const [first] = args.flat() as [{ host?: string; path?: string } | undefined]
  if (first && typeof first === 'object' && !first.path && !LOOPBACK.test(first.host ?? 'localhost'))
    return this.destroy(Object.assign(new Error('the network is cut off'), { code: 'ENETUNREACH' })) as Socket
  return (connect as (...args: unknown[]) => Socket).apply(this, args)
} as typeof connect
