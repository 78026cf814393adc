import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { fetchText } from './fetch-text.ts'

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('gets a text, and sends credentials to the first origin only', async () => {
  const seen: (string | undefined)[] = []
  const other = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end('héllo')
  })
  const first = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(307, { location: other }).end()
  })
  expect(await fetchText({ url: first, headers: { authorization: 'Bearer x' } })).toBe('héllo')
  expect(seen).toEqual(['Bearer x', undefined])
})

test('ends at its limit, with what the server announces or without', async () => {
  const url = await serve((_, response) => response.end('x'.repeat(100)))
  await expect(fetchText({ url, maxBytes: 99 })).rejects.toMatchObject({ code: 'payload_too_large' })
  expect(await fetchText({ url, maxBytes: 100 })).toHaveLength(100)
})

test('says by its code what the server refused, and how long to wait', async () => {
  const url = await serve((request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, { 'retry-after': '30' }).end()
  })
  await expect(fetchText({ url: `${url}/401` })).rejects.toMatchObject({ code: 'unauthorized', data: { status: 401 } })
  await expect(fetchText({ url: `${url}/404` })).rejects.toMatchObject({ code: 'not_found' })
  await expect(fetchText({ url: `${url}/429` })).rejects.toMatchObject({
    retryable: true,
    data: { status: 429, retryAfterSeconds: 30 },
  })
})
