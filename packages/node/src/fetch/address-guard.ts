import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { RtError } from '@rt/core'
import { plainUrl } from './errors.ts'
import { isPublicAddress } from './is-public-address.ts'

/** Every address of a name. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

export interface AddressGuardOptions {
  /**
   * Hosts that may be asked: `example.org`, `*.example.org` (below it), `example.org:8443`, `*`. Without a port: 80 and
   * 443. Default: every public one, at any port.
   */
  allow?: readonly string[] | undefined
  /** Hosts that may be asked although they are not public, such as `localhost:8080`: by name, no `*`. Default: none. */
  allowPrivate?: readonly string[] | undefined
  /** Default: the system's. */
  resolve?: Resolve
}

/** Decides what may be connected to when somebody else wrote the address. */
export interface AddressGuard {
  /**
   * Called for every address, each redirect's too.
   *
   * @returns how to look the name up: it gives only addresses that may be connected to, and those are connected to.
   * @throws RtError `forbidden`.
   */
  check(url: URL): LookupFunction
}

/**
 * Against server-side request forgery: the addresses that are connected to are judged, not names, so that neither a name
 * that leads into a private network nor one that changes its address meanwhile gets through.
 *
 * @throws RtError `invalid_request` for a host that is none.
 */
export const createAddressGuard = ({
  allow,
  allowPrivate = [],
  resolve = ask,
}: AddressGuardOptions = {}): AddressGuard => {
  const allowed = allow?.map((entry) => parseEntry(entry, true))
  const named = allowPrivate.map((entry) => parseEntry(entry, false))
  return {
    check(url) {
      const host = url.hostname.replace(/\.$/, '')
      const refuse = (why: string, hint: string): RtError =>
        new RtError({ code: 'forbidden', message: `${plainUrl(url)} ${why}.`, hint, data: { host } })
      if (url.protocol !== 'https:' && url.protocol !== 'http:')
        throw refuse('is neither http nor https', 'Give an address that begins with https:// or http://.')
      if (url.username || url.password)
        throw refuse('has a login in it', 'What stands before an "@" is often there to look like a host. Leave it out.')
      const isNamed = named.some((entry) => matches(entry, url, host))
      if (!isNamed && allowed && !allowed.some((entry) => matches(entry, url, host)))
        throw refuse('is not on the list of hosts that may be asked', 'The operator can add it to that list.')
      const notPublic = (): RtError =>
        refuse('is not a public address', 'This machine and private networks are asked only where they are named.')
      const literal = host.replace(/^\[|\]$/g, '')
      if (!isNamed && isIP(literal) && !isPublicAddress(literal)) throw notPublic()
      const addressesOf = async (hostname: string): Promise<Addresses> => {
        const addresses = await resolve(hostname)
        // One is enough: which of them is connected to is not up to us.
        if (!isNamed && !addresses.every(({ address }) => isPublicAddress(address))) throw notPublic()
        if (!addresses.length) throw refuse('has no address', 'Check the name.')
        return addresses
      }
      return toLookup(addressesOf)
    },
  }
}

type Addresses = Awaited<ReturnType<Resolve>>

const toLookup =
  (addressesOf: Resolve): LookupFunction =>
  async (hostname, { all }, callback) => {
    let addresses: Addresses
    try {
      addresses = await addressesOf(hostname)
    } catch (error) {
      return callback(error as Error, '')
    }
    const [first] = addresses
    return all ? callback(null, addresses) : callback(null, first!.address, first!.family)
  }

const ask: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })

interface Entry {
  host: string
  /** Also what lies below it; the host itself only without. */
  below: boolean
  port: string | undefined
}

const matches = ({ host, below, port }: Entry, url: URL, asked: string): boolean =>
  (below ? host === '' || asked.endsWith(`.${host}`) : asked === host) &&
  (port === undefined ? url.port === '' || url.port === '80' || url.port === '443' : port === portOf(url))

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80')

const parseEntry = (entry: string, wildcards: boolean): Entry => {
  if (wildcards && entry === '*') return { host: '', below: true, port: undefined }
  const below = wildcards && entry.startsWith('*.')
  const written = below ? entry.slice(2) : entry
  // Of both, one keeps the port that is the other's own.
  const [plain, secure] = [URL.parse(`http://${written}`), URL.parse(`https://${written}`)]
  if (!plain || !secure || !/^[^\s/@?#*\\]+$/.test(written))
    throw new RtError({
      code: 'invalid_request',
      message: `${JSON.stringify(entry)} is not a host that can be allowed.`,
      hint: wildcards
        ? 'Write "example.org", "*.example.org", "example.org:8443" or "*".'
        : 'Write the name itself, such as "localhost:8080".',
    })
  const hasPort = /:\d+$/.test(written)
  const port = hasPort ? plain.port || secure.port || undefined : undefined
  return { host: plain.hostname.replace(/\.$/, ''), below, port }
}
