import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LOCAL } from '@rt/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFetchTool } from './fetch-tool.ts'
import { htmlToText } from './html-to-text.ts'

const serve = async (listener: RequestListener): Promise<{ url: string; host: string; seen: IncomingMessage[] }> => {
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
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: `http://${host}`, host, seen }
}
const ask = async (host: string, url: string): Promise<Record<string, unknown>> => {
  const { parse, execute } = createFetchTool({ allow: [], allowPrivate: [host] })
  const context = { callId: 'c', principal: LOCAL, signal: new AbortController().signal }
  return (await execute(await parse({ url }), context)) as Record<string, unknown>
}

describe('fetch', () => {
  test('gives the text of a page, in its charset', async () => {
    const { url, host } = await serve((_, response) => {
      response.setHeader('content-type', 'text/html; charset=iso-8859-1')
      response.end(Buffer.from('<title>A &amp; B</title><p>Caf\xe9</p>', 'latin1'))
    })
    expect(await ask(host, url)).toEqual({ url: `${url}/`, status: 200, title: 'A & B', text: 'Café' })
  })

  test('gives other texts as they are, with their status, and of the rest only what it is', async () => {
    const { url, host } = await serve((request, response) => {
      if (request.url === '/json') response.setHeader('content-type', 'application/vnd.api+json').end('{"a": 1}')
      else if (request.url === '/image') response.setHeader('content-type', 'image/png').end('x')
      else response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing <b>here</b>')
    })
    expect(await ask(host, `${url}/json`)).toMatchObject({ status: 200, text: '{"a": 1}' })
    expect(await ask(host, `${url}/x`)).toMatchObject({ status: 404, text: 'nothing <b>here</b>' })
    expect(await ask(host, `${url}/image`)).toMatchObject({ note: 'it is no text but "image/png"' })
  })

  test('is bounded, also where a host never ends', async () => {
    const { url, host } = await serve((_, response) => {
      response.setHeader('content-type', 'text/plain')
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    })
    const { text, note } = await ask(host, url)
    expect(text).toHaveLength(20_000)
    expect(note).toBe('only the first 20000 characters')
  })

  test('asks no host that is not allowed, whoever sends it there', async () => {
    const inside = await serve((_, response) => response.end('secret'))
    const { url, host } = await serve((_, response) => response.writeHead(302, { location: inside.url }).end())
    await expect(ask(host, url)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(ask(host, inside.url)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(ask(host, 'http://example.org/?q=secret')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(ask(host, 'file:///etc/passwd')).rejects.toMatchObject({ code: 'tool_arguments' })
    expect(inside.seen).toEqual([])
  })

  test('gives up when it is told to', async () => {
    const { url, host, seen } = await serve((_, response) => response.writeHead(200).write('x'))
    const { parse, execute } = createFetchTool({ allow: [], allowPrivate: [host] })
    const stop = new AbortController()
    const asked = execute(await parse({ url }), { callId: 'c', principal: LOCAL, signal: stop.signal })
    await expect.poll(() => seen.length).toBe(1)
    stop.abort()
    await expect(asked).rejects.toThrow()
  })

  test('says what it does and whom it asks', () => {
    const tool = createFetchTool({ allow: ['example.org', '*.example.com'] })
    expect(tool).toMatchObject({ sideEffects: ['network'], untrusted: true })
    expect(tool.description).toContain('example.org, *.example.com')
  })
})

describe('text of a page', () => {
  test.each([
    ['<p>a</p><p>b<br>c</p>', 'a\n\nb\nc'],
    ['<ul><li>a<li>b</ul>', '- a\n- b'],
    ['a<script>alert("<p>x</p>")</script>b<style>p{}</style>', 'ab'],
    ['<!-- <p>hidden</p> -->shown', 'shown'],
    ['1 < 2 &lt;b&gt; &#233;&#xe9; &nope; &#xffffff;', '1 < 2 <b> éé &nope; \uFFFD'],
    ['<!doctype html><body class="a">x</body>', 'x'],
    ['<a href="http://evil/?q=1">link</a><img src="http://evil/x" alt="y">', 'link'],
    ['<td>a</td><td>b</td>', 'a b'],
    ['open <p', 'open'],
    ['<script>never closed', ''],
  ])('%s', (html, text) => expect(htmlToText(html).text).toBe(text))

  test.each(['<', '<!--', '<script>', '<a "', '&#x', '</', '<p '])('takes no longer for many %s', (piece) => {
    const html = piece.repeat(200_000)
    expect(htmlToText(html).text.length).toBeLessThanOrEqual(html.length)
  })
})
