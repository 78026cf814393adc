import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { download } from './download.ts'

let folder: string
let to: string
const cleanups: (() => void)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-fetch-'))
  to = join(folder, 'model.bin')
})
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
  rmSync(folder, { recursive: true, force: true })
})

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const bytesOf = (seed: number, length: number = 200_000): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * seed) % 251))

interface FileServer {
  content: Buffer
  etag: string | undefined
  modified: string | undefined
  /** Stop after so many bytes of the body, until `cut` breaks the connection. */
  cutAfter: number | undefined
  cut: () => void
  requests: IncomingMessage[]
}

/** A server with one file and Range, as RFC 9110 wants it. */
const serveFile = async (content: Buffer): Promise<FileServer & { url: string }> => {
  const file: FileServer = {
    content,
    etag: '"v1"',
    modified: undefined,
    cutAfter: undefined,
    cut: () => {},
    requests: [],
  }
  const send = (response: ServerResponse, body: Buffer): void => {
    response.setHeader('content-length', body.length)
    if (file.cutAfter === undefined) return void response.end(body)
    response.write(body.subarray(0, file.cutAfter))
    file.cut = () => response.destroy()
  }
  const url = await serve((request, response) => {
    file.requests.push(request)
    if (file.etag) response.setHeader('etag', file.etag)
    if (file.modified) response.setHeader('last-modified', file.modified)
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const condition = request.headers['if-range']
    const holds = condition === undefined || condition === file.etag || condition === file.modified
    if (from === 0 || !holds) return send(response, file.content)
    const { length } = file.content
    response.statusCode = from >= length ? 416 : 206
    response.setHeader('content-range', from >= length ? `bytes */${length}` : `bytes ${from}-${length - 1}/${length}`)
    send(response, file.content.subarray(from))
  })
  return Object.assign(file, { url: `${url}/model.bin` })
}

/** Downloads until the server breaks off, when all it sent has been written. */
const downloadAndCut = async (server: FileServer & { url: string }): Promise<void> => {
  server.cutAfter = 70_000
  const cut = download({
    url: server.url,
    to,
    onProgress: (done) => {
      if (done === 70_000) server.cut()
    },
  })
  await expect(cut).rejects.toMatchObject({ code: 'network', retryable: true })
  server.cutAfter = undefined
}

describe('download', () => {
  test('makes the file, with progress, and leaves nothing beside it', async () => {
    const { url, content } = await serveFile(bytesOf(3))
    const progress: [number, number | undefined][] = []
    const result = await download({ url, to, onProgress: (done, total) => progress.push([done, total]) })
    expect(result).toEqual({ bytes: content.length, resumed: false })
    expect(readFileSync(to).equals(content)).toBe(true)
    expect(progress.at(-1)).toEqual([content.length, content.length])
    expect(readdirSync(folder)).toEqual(['model.bin'])
  })

  test('goes on after a cut', async () => {
    const server = await serveFile(bytesOf(3))
    await downloadAndCut(server)
    expect(existsSync(to)).toBe(false)
    expect(await download({ url: server.url, to })).toEqual({ bytes: 200_000, resumed: true })
    expect(server.requests.at(-1)?.headers).toMatchObject({ range: 'bytes=70000-', 'if-range': '"v1"' })
    expect(readFileSync(to).equals(server.content)).toBe(true)
  })

  test('goes on by date where the ETag is weak', async () => {
    const server = await serveFile(bytesOf(3))
    Object.assign(server, { etag: 'W/"v1"', modified: 'Sat, 01 Aug 2026 00:00:00 GMT' })
    await downloadAndCut(server)
    expect(await download({ url: server.url, to })).toMatchObject({ resumed: true })
    expect(server.requests.at(-1)?.headers['if-range']).toBe(server.modified)
  })

  test('starts anew when the server changed the file meanwhile', async () => {
    const server = await serveFile(bytesOf(3))
    await downloadAndCut(server)
    Object.assign(server, { content: bytesOf(7, 150_000), etag: '"v2"' })
    expect(await download({ url: server.url, to })).toEqual({ bytes: 150_000, resumed: false })
    expect(readFileSync(to).equals(server.content)).toBe(true)
  })

  test('does not believe a server that sends the rest of another version', async () => {
    const content = bytesOf(7)
    writeFileSync(`${to}.part`, bytesOf(3).subarray(0, 70_000))
    const url = await serve((request, response) => {
      response.setHeader('etag', '"v2"')
      if (!request.headers.range) return void response.end(content)
      response.writeHead(206, { 'content-range': `bytes 70000-199999/200000` })
      response.end(content.subarray(70_000))
    })
    const first = await serveFile(bytesOf(3))
    // Notes of version 1 for the same address.
    await downloadAndCut(first)
    const { createHash } = await import('node:crypto')
    const source = createHash('sha256').update(url).digest('hex')
    writeFileSync(`${to}.part.json`, JSON.stringify({ source, validator: '"v1"' }))
    expect(await download({ url, to })).toMatchObject({ resumed: false })
    expect(readFileSync(to).equals(content)).toBe(true)
  })

  test('does not mix the bytes of two addresses', async () => {
    const [a, b] = [await serveFile(bytesOf(3)), await serveFile(bytesOf(7))]
    await downloadAndCut(a)
    expect(await download({ url: b.url, to })).toMatchObject({ resumed: false })
    expect(readFileSync(to).equals(b.content)).toBe(true)
  })

  test('a part that is whole already is only given its name', async () => {
    const server = await serveFile(bytesOf(3))
    await downloadAndCut(server)
    writeFileSync(`${to}.part`, server.content)
    expect(await download({ url: server.url, to })).toEqual({ bytes: 200_000, resumed: true })
    expect(readdirSync(folder)).toEqual(['model.bin'])
  })

  test('refuses what is too large, announced or not, and keeps none of it', async () => {
    const announced = await serveFile(bytesOf(3))
    await expect(download({ url: announced.url, to, maxBytes: 199_999 })).rejects.toMatchObject({
      code: 'payload_too_large',
      data: { maxBytes: 199_999, total: 200_000 },
    })
    const url = await serve((_, response) => {
      const more = (error?: Error | null): void => {
        if (!error) response.write(bytesOf(3), more)
      }
      more()
    })
    await expect(download({ url, to, maxBytes: 500_000 })).rejects.toMatchObject({ code: 'payload_too_large' })
    expect(readdirSync(folder)).toEqual([])
    expect(await download({ url: announced.url, to, maxBytes: 200_000 })).toMatchObject({ bytes: 200_000 })
  })

  test('asks for the space before it writes', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': String(10 * 2 ** 50) })
      response.write('x')
    })
    await expect(download({ url, to })).rejects.toMatchObject({ code: 'disk_full' })
    expect(existsSync(to)).toBe(false)
  })

  test('gives up on a server that never answers', async () => {
    const url = await serve(() => {})
    await expect(download({ url, to, idleTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('did not answer within 50 ms') as unknown,
    })
  })

  test('gives up on a server that falls silent within the body', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    cleanups.push(() => vi.useRealTimers())
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('12345')
    })
    const half = Promise.withResolvers<void>()
    const stalled = download({ url, to, idleTimeoutMs: 60_000, onProgress: (done) => done === 5 && half.resolve() })
    const outcome = expect(stalled).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('sent nothing within 60000 ms') as unknown,
    })
    await half.promise
    // Time stood still so far; now it passes whenever the download waits for the server again.
    await vi.waitUntil(() => vi.getTimerCount() > 0, { timeout: 20_000 })
    vi.advanceTimersByTime(60_000)
    await outcome
  })

  test('gives up on a server that lets the body drip, and goes on from there later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    cleanups.push(() => vi.useRealTimers())
    const content = bytesOf(3)
    let drop = (): void => {}
    const url = await serve((request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      response.writeHead(from ? 206 : 200, {
        etag: '"v1"',
        'content-length': content.length - from,
        ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
      })
      if (from) return void response.end(content.subarray(from))
      let at = 0
      drop = () => void response.write(content.subarray(at, ++at))
      drop()
    })
    const outcome = expect(
      download({
        url,
        to,
        idleTimeoutMs: 30_000,
        onProgress: (done) => {
          if (done === 0) return
          // Never silent for as long as it may be.
          setImmediate(() => vi.advanceTimersByTime(20_000))
          if (done < 10) setImmediate(() => drop())
        },
      }),
    ).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/sent only [1-9] bytes within 60000 ms/) as unknown,
    })
    await outcome
    vi.useRealTimers()
    expect(existsSync(to)).toBe(false)
    expect(await download({ url, to })).toMatchObject({ resumed: true, bytes: content.length })
    expect(readFileSync(to).equals(content)).toBe(true)
  })

  test('gives up on a server that cannot be connected to', async () => {
    // Accepts, and never greets in TLS.
    const server = createTcpServer((socket) => cleanups.push(() => socket.destroy()))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    cleanups.push(() => server.close())
    await expect(download({ url: `https://127.0.0.1:${port}/`, to, connectTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('connected to within 50 ms') as unknown,
    })
  })

  test('names the host that refuses, and neither credentials nor the query', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const error = await download({ url: `http://user:secret@127.0.0.1:${port}/a?sig=secret`, to }).catch(
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code: 'network', message: `http://127.0.0.1:${port}/a refused the connection.` })
    expect(JSON.stringify(error)).not.toContain('secret')
  })

  test('tells refusals apart by status', async () => {
    const url = await serve((request, response) => response.writeHead(Number(request.url!.slice(1))).end())
    for (const [status, code] of [
      [404, 'not_found'],
      [401, 'unauthorized'],
      [503, 'network'],
    ] as const) {
      await expect(download({ url: `${url}/${status}`, to })).rejects.toMatchObject({ code, data: { status } })
    }
  })

  test('stops when told, and can go on', async () => {
    const server = await serveFile(bytesOf(3))
    const stop = new AbortController()
    const onProgress = (done: number): void => {
      if (done > 0) stop.abort()
    }
    await expect(download({ url: server.url, to, signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'aborted',
    })
    await expect(download({ url: server.url, to, signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' })
    await download({ url: server.url, to })
    expect(readFileSync(to).equals(server.content)).toBe(true)
  })

  test('the same file twice at once is refused', async () => {
    const { url } = await serveFile(bytesOf(3))
    const first = download({ url, to })
    await expect(download({ url, to })).rejects.toMatchObject({ code: 'conflict' })
    await first
  })
})

describe('redirects', () => {
  test('credentials stay with their origin, other headers go along', async () => {
    const seen: IncomingMessage['headers'][] = []
    const target = await serve((request, response) => {
      seen.push(request.headers)
      response.end('{}')
    })
    const url = await serve((request, response) => {
      seen.push(request.headers)
      response.writeHead(302, { location: request.url === '/first' ? '/second' : `${target}/x` }).end()
    })
    const headers = { Authorization: 'Bearer secret', Cookie: 'a=b', 'X-Kept': 'yes' }
    await download({ url: `${url}/first`, to, headers })
    expect(seen.map(({ authorization, cookie }) => [authorization, cookie])).toEqual([
      ['Bearer secret', 'a=b'],
      ['Bearer secret', 'a=b'],
      [undefined, undefined],
    ])
    expect(seen.map((each) => each['x-kept'])).toEqual(['yes', 'yes', 'yes'])
  })

  test('only http and https are followed, and not for ever', async () => {
    const url = await serve((request, response) =>
      response.writeHead(302, { location: request.url === '/file' ? 'file:///etc/passwd' : '/loop' }).end(),
    )
    await expect(download({ url: `${url}/file`, to })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(download({ url: `${url}/loop`, to })).rejects.toMatchObject({ code: 'network' })
    await expect(download({ url: 'file:///etc/passwd', to })).rejects.toMatchObject({ code: 'invalid_request' })
    expect(readdirSync(folder)).toEqual([])
  })
})
