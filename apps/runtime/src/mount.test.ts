import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { toNodeListener } from '@rt/server/node'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime } from './create-runtime.ts'
import type { Runtime, RuntimeOptions } from './runtime.ts'

/** A runtime with a route of its own, without models. */
const withRuntime = async (work: (rt: Runtime) => Promise<void>, more: RuntimeOptions = {}): Promise<void> => {
  await using folder = await temporaryFolder()
  await using rt = await createRuntime({
    data: join(folder.path, 'data'),
    embed: false,
    download: false,
    ...more,
    app: { routes: { 'GET /hello/:name': (_request, { params }) => Response.json({ hello: params['name'] }) } },
  })
  await work(rt)
}

const hello = { hello: 'ada' }
const models = expect.objectContaining({ object: 'list' })

it('mounts in hono, at its root and below a path', () =>
  withRuntime(async (rt) => {
    const root = new Hono().all('*', (c) => rt.fetch(c.req.raw))
    expect(await (await root.request('http://localhost/hello/ada')).json()).toEqual(hello)
    const below = new Hono().get('/', (c) => c.text('mine')).mount('/ai', rt.fetch)
    expect(await (await below.request('http://localhost/')).text()).toBe('mine')
    expect(await (await below.request('http://localhost/ai/hello/ada')).json()).toEqual(hello)
    expect(await (await below.request('http://localhost/ai/v1/models')).json()).toEqual(models)
  }))

it('mounts in plain node:http', () =>
  withRuntime(async (rt) => {
    const server = createServer(toNodeListener(rt)).listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => server.once('listening', resolve))
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      expect(await (await fetch(`${base}/hello/ada`)).json()).toEqual(hello)
      const chat = await fetch(`${base}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'nosuch', messages: [{ role: 'user', content: 'hi' }] }),
      })
      expect([chat.status, (await chat.json()).error.code]).toEqual([404, 'model_not_found'])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }))

it('is the handler of a function platform', () =>
  withRuntime(async (rt) => {
    const handler = { fetch: (request: Request, _env: unknown, _context: unknown) => rt.fetch(request) }
    const call = (path: string) => handler.fetch(new Request(`http://localhost${path}`), { SECRET: 'x' }, {})
    expect(await (await call('/hello/ada')).json()).toEqual(hello)
    expect(await (await call('/v1/models')).json()).toEqual(models)
    expect((await call('/rt/status')).status).toBe(401)
  }))

const [lan] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4')

it.skipIf(!lan)(
  'asks a key of other machines in a server that listens to them, unless told not to (needs a network)',
  async () => {
    const status = async (rt: Runtime): Promise<number> => {
      const server = createServer(toNodeListener(rt))
      await new Promise<void>((resolve) => server.listen(0, resolve))
      try {
        const { port } = server.address() as AddressInfo
        return await new Promise((resolve, reject) => {
          const options = { host: lan!.address, port, path: '/v1/models', headers: { host: 'localhost' }, agent: false }
          get(options, (answer) => resolve(answer.resume().statusCode!)).on('error', reject)
        })
      } finally {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    }
    await withRuntime(async (rt) => expect(await status(rt)).toBe(401))
    await withRuntime(async (rt) => expect(await status(rt)).toBe(200), { openFetch: true })
  },
)

const publicly = (rt: Runtime) => rt.fetch(new Request('https://app.example/v1/models'))

it('asks for a key where others reach it', () =>
  withRuntime(
    async (rt) => {
      expect((await publicly(rt)).status).toBe(401)
      const { secret } = await rt.keys.create({ name: 'app', scope: 'chat' })
      const request = new Request('https://app.example/v1/models', { headers: { authorization: `Bearer ${secret}` } })
      expect((await rt.fetch(request)).status).toBe(200)
    },
    { allowedHosts: ['app.example'] },
  ))

it('leaves it to who mounts it, when told so', () =>
  withRuntime(async (rt) => expect((await publicly(rt)).status).toBe(200), {
    allowedHosts: ['app.example'],
    openFetch: true,
  }))

it('is not advertised any more once it is closed', () =>
  withRuntime(async (rt) => {
    const server = await rt.serve({ port: 0 })
    const second = await rt.serve({ port: 0 })
    expect((await rt.status()).address).toBe(second.address)
    await second.close()
    expect((await rt.status()).address).toBe(server.address)
    await server.close()
    expect((await rt.status()).address).toBeUndefined()
  }))
