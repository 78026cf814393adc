// A preload for machines without network namespaces: every connection that leaves this machine is refused.
import { Socket } from 'node:net'

const LOOPBACK = /^(localhost|127\.|::1$)/
const original = Socket.prototype.connect

const target = (args: unknown[]): { host?: string; path?: string } => {
  const [first] = args.flat()
  return typeof first === 'object' && first !== null ? first : {}
}

Object.assign(Socket.prototype, {
  connect(this: Socket, ...args: unknown[]): Socket {
    const { host = 'localhost', path } = target(args)
    if (path || LOOPBACK.test(host)) return Reflect.apply(original, this, args) as Socket
    return this.destroy(Object.assign(new Error('the network is cut off'), { code: 'ENETUNREACH' }))
  },
})
