import { isLoopbackHost } from '@rt/core'

/**
 * How a client on this machine writes the host of a server: as an address, since it speaks to no name that may come to mean
 * another machine.
 */
export const reachableHost = async (host: string): Promise<string> => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  if (isLoopbackHost(host) || /^[\d.]+$/.test(host) || host.includes(':')) return inAddress(host)
  const { lookup } = await import('node:dns/promises')
  // A name that nobody knows: listening says so.
  return inAddress(
    await lookup(host).then(
      ({ address }) => address,
      () => host,
    ),
  )
}

const inAddress = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)
