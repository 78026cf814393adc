import { hostname, networkInterfaces } from 'node:os'
import { lookup } from 'node:dns/promises'
import { expect, it } from 'vitest'
import { reachableHost } from './reachable-host.ts'

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['localhost', 'localhost'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
  ['::1', '[::1]'],
  ['fe80::1', '[fe80::1]'],
  ['203.0.113.9', '203.0.113.9'],
  ['no-such-host.invalid', 'no-such-host.invalid'],
])('%s is written %s', async (host, written) => {
  expect(await reachableHost(host)).toBe(written)
})

const known = await lookup(hostname()).catch(() => undefined)
it.skipIf(!known)('the name of this machine is written as its address (needs a name that resolves)', async () => {
  const own = Object.values(networkInterfaces()).flatMap((one) => one?.map(({ address }) => address) ?? [])
  expect([...own, '127.0.1.1']).toContain((await reachableHost(hostname())).replace(/^\[|\]$/g, ''))
})
