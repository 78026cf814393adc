import { isLoopbackHost, type StorePlace } from '@rt/core'

/** Whether what is kept there leaves this machine. */
export const isElsewhere = ({ store, url = '' }: StorePlace): boolean => {
  if (store === 'sqlite') return false
  // One letter is a drive of Windows.
  if (store === 'lancedb') return /^[a-z][a-z0-9+.-]+:\/\//i.test(url) && !/^file:/i.test(url)
  const address = URL.parse(url)
  if (!address) return true
  // Of PostgreSQL a parameter wins over the address, and a path is a socket; without any the environment decides.
  const host = address.searchParams.get('host') ?? address.hostname
  return !host.startsWith('/') && !isLoopbackHost(host)
}
