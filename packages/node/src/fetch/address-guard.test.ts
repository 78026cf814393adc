import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAddressGuard, type Resolve } from './address-guard.ts'
import { fetchText } from './fetch-text.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { isPublicAddress } from './is-public-address.ts'

const serve = async (listener: RequestListener): Promise<{ port: number; seen: IncomingMessage[] }> => {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, seen }
}

/** Names of tests, and no network. */
const names = (table: Record<string, string[]>): { resolve: Resolve; asked: string[] } => {
  const asked: string[] = []
  return {
    asked,
    resolve: async (hostname) => {
      asked.push(hostname)
      return (table[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  }
}
const LOOPBACK = { 'here.test': ['127.0.0.1'], 'there.test': ['127.0.0.1'] }

describe('addresses', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '192.0.1.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true))

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.170',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::8.8.8.8',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '2606:4700::1111%eth0',
    'example.org',
    '',
  ])('%j is not', (address) => expect(isPublicAddress(address)).toBe(false))
})

describe('what is asked', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://0x7f.1:PORT/',
    'http://127.0.0.1.:PORT/',
    'http://①②⑦.0.0.1:PORT/',
    'http://0:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/',
    'http:\\\\127.0.0.1:PORT\\',
    'http://127.0.0.1:PORT\\@example.org/',
    'http://example.org@127.0.0.1:PORT/',
    'http://example.org:x@here.test:PORT/',
    'http://localhost:PORT/',
    'http://localhost.:PORT/',
    'http://here.test:PORT/',
    'http://mixed.test:PORT/',
    'http://mapped.test:PORT/',
    'http://169.254.169.254/latest/meta-data/',
  ])('%s is refused, and nobody hears of it', async (address) => {
    const { port, seen } = await serve((_, response) => response.end('secret'))
    const { resolve } = names({
      ...LOOPBACK,
      localhost: ['127.0.0.1'],
      'localhost.': ['127.0.0.1'],
      'mixed.test': ['93.184.216.34', '127.0.0.1'],
      'mapped.test': ['::ffff:127.0.0.1'],
    })
    const guard = createAddressGuard({ resolve })
    const url = address.replace('PORT', `${port}`)
    await expect(fetchText({ url, guard })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(createGuardedFetch({ guard })(url)).rejects.toThrow()
    expect(seen).toEqual([])
  })

  test.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://127.0.0.1/', 'data:text/plain,x'])(
    '%s is no web address',
    async (url) => {
      await expect(fetchText({ url, guard: createAddressGuard() })).rejects.toMatchObject({ code: 'invalid_request' })
      expect(() => createAddressGuard().check(new URL(url))).toThrow(/neither http nor https/)
    },
  )

  test('the address that is connected to is the one that was judged: a name is looked up once', async () => {
    const { port, seen } = await serve((_, response) => response.end('secret'))
    const { resolve, asked } = names({ 'here.test': ['127.0.0.1'] })
    await expect(
      fetchText({ url: `http://here.test:${port}/`, guard: createAddressGuard({ resolve }) }),
    ).rejects.toMatchObject({ code: 'forbidden' })
    expect(asked).toEqual(['here.test'])
    expect(seen).toEqual([])
  })

  test('a connection that somebody else keeps open is not used', async () => {
    const { port, seen } = await serve((_, response) => response.end('ok'))
    await fetchText({ url: `http://localhost:${port}/` })
    expect(seen).toHaveLength(1)
    const { resolve } = names({ localhost: ['127.0.0.1'] })
    const guard = createAddressGuard({ resolve })
    await expect(fetchText({ url: `http://localhost:${port}/`, guard })).rejects.toMatchObject({ code: 'forbidden' })
    expect(seen).toHaveLength(1)
  })

  test('private hosts that are named are asked, at the port that is named', async () => {
    const { port } = await serve((_, response) => response.end('hello'))
    const { resolve } = names(LOOPBACK)
    const guard = createAddressGuard({ allow: [], allowPrivate: [`here.test:${port}`, `127.0.0.1:${port}`], resolve })
    expect(await fetchText({ url: `http://here.test:${port}/`, guard })).toBe('hello')
    expect(await fetchText({ url: `http://here.test.:${port}/`, guard }).catch(({ message }) => message)).toMatch(
      /has no address/,
    )
    expect(await fetchText({ url: `http://127.0.0.1:${port}/`, guard })).toBe('hello')
    for (const host of [`there.test:${port}`, 'here.test', `here.test:${port + 1}`])
      await expect(fetchText({ url: `http://${host}/`, guard })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test.each([
    ['https://example.org/', true],
    ['http://EXAMPLE.org./a?b', true],
    ['https://api.example.com/', true],
    ['https://a.b.example.com/', true],
    ['https://example.com/', false],
    ['https://badexample.com/', false],
    ['https://example.org.evil.net/', false],
    ['https://example.org:8443/', false],
    ['https://special.net:8443/', true],
    ['https://special.net/', false],
    ['https://xn--bcher-kva.example/', true],
  ])('of a list of hosts: %s %s', (url, isAllowed) => {
    const guard = createAddressGuard({ allow: ['example.org', '*.example.com', 'special.net:8443', 'bücher.example'] })
    const ask = (): unknown => guard.check(new URL(url))
    if (isAllowed) expect(ask()).toBeTypeOf('function')
    else expect(ask).toThrow(/not on the list/)
  })

  test.each(['', ' ', 'a b', 'http://x', 'x/y', '*.*.org', 'user@host', 'a:99999'])(
    '%j is no host to allow',
    (entry) => {
      expect(() => createAddressGuard({ allow: [entry] })).toThrow(/not a host that can be allowed/)
    },
  )

  test('a login in an address is not sent anywhere', () => {
    const guard = createAddressGuard()
    for (const url of ['https://example.org@evil.net/', 'https://user:word@evil.net/'])
      expect(() => guard.check(new URL(url))).toThrow(/has a login in it/)
  })

  test('no wildcard opens private networks', () => {
    for (const entry of ['*', '*.corp.test'])
      expect(() => createAddressGuard({ allowPrivate: [entry] })).toThrow(/Write the name itself|can be allowed/)
  })
})

describe('redirects', () => {
  test.each(['http://127.0.0.1:PORT/', 'http://there.test:PORT/', 'http://2130706433:PORT/', '//there.test:PORT/'])(
    'one to %s is refused',
    async (location) => {
      const inside = await serve((_, response) => response.end('secret'))
      const first = await serve((_, response) =>
        response.writeHead(302, { location: location.replace('PORT', `${inside.port}`) }).end(),
      )
      const { resolve } = names(LOOPBACK)
      const guard = createAddressGuard({ allowPrivate: [`here.test:${first.port}`], resolve })
      const url = `http://here.test:${first.port}/`
      await expect(fetchText({ url, guard })).rejects.toMatchObject({ code: 'forbidden' })
      expect(first.seen).toHaveLength(1)
      expect(inside.seen).toEqual([])
    },
  )

  test('one to file: is not followed', async () => {
    const { port } = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    const { resolve } = names(LOOPBACK)
    const guard = createAddressGuard({ allowPrivate: [`here.test:${port}`], resolve })
    await expect(fetchText({ url: `http://here.test:${port}/`, guard })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('one to another origin takes no credentials along, nor a body that was posted', async () => {
    const other = await serve((_, response) => response.end('there'))
    const first = await serve((_, response) =>
      response.writeHead(302, { location: `http://there.test:${other.port}/x` }).end(),
    )
    const { resolve } = names(LOOPBACK)
    const ask = createGuardedFetch({
      guard: createAddressGuard({
        allowPrivate: [`here.test:${first.port}`, `there.test:${other.port}`],
        resolve,
      }),
    })
    const answer = await ask(`http://here.test:${first.port}/`, {
      method: 'POST',
      body: 'words',
      headers: { authorization: 'Bearer x', cookie: 'a=b', 'x-kept': 'y' },
    })
    expect(await answer.text()).toBe('there')
    expect(answer.url).toBe(`http://there.test:${other.port}/x`)
    expect(first.seen[0]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer x', cookie: 'a=b' } })
    const { method, headers } = other.seen[0]!
    expect(method).toBe('GET')
    expect(headers).toMatchObject({ 'x-kept': 'y' })
    for (const name of ['authorization', 'cookie', 'content-type']) expect(headers).not.toHaveProperty(name)
  })
})

describe('guarded fetch', () => {
  test('repeats what was posted for 307, caps answers, and knows how redirects are wanted', async () => {
    const bodies: string[] = []
    const { port } = await serve(async (request, response) => {
      let body = ''
      for await (const piece of request) body += String(piece)
      bodies.push(`${request.method} ${request.url} ${body}`)
      if (request.url === '/a') response.writeHead(307, { location: '/b' }).end()
      else if (request.url === '/empty') response.writeHead(204).end()
      else response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end('x'.repeat(100))
    })
    const { resolve } = names(LOOPBACK)
    const ask = createGuardedFetch({
      guard: createAddressGuard({ allowPrivate: [`here.test:${port}`], resolve }),
      maxBytes: 100,
    })
    const at = (path: string): string => `http://here.test:${port}${path}`
    const answer = await ask(at('/a'), { method: 'POST', body: 'words' })
    expect([answer.status, (await answer.text()).length, answer.headers.getSetCookie()]).toEqual([
      200,
      100,
      ['a=1', 'b=2'],
    ])
    expect(bodies).toEqual(['POST /a words', 'POST /b words'])
    expect((await ask(at('/a'), { redirect: 'manual' })).status).toBe(307)
    await expect(ask(at('/a'), { redirect: 'error' })).rejects.toMatchObject({ code: 'network' })
    expect((await ask(at('/empty'))).status).toBe(204)
    const small = createGuardedFetch({
      guard: createAddressGuard({ allowPrivate: [`here.test:${port}`], resolve }),
      maxBytes: 99,
    })
    await expect(small(at('/b')).then((response) => response.text())).rejects.toMatchObject({
      code: 'payload_too_large',
    })
  })
})
