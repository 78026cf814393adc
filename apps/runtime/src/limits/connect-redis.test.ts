import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { connectRedis } from './connect-redis.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A server of this machine that is no Redis. */
const listen = async (hear: (socket: Socket, text: string) => void = () => {}): Promise<string> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => hear(socket, bytes.toString()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('says that nobody listens, without the password', async () => {
  const host = await listen()
  await closing.pop()!()
  await expect(connectRedis(`redis://ada:s3cret@${host}`)).rejects.toMatchObject({
    code: 'network',
    message: `no Redis answers at redis://…@${host}: connect ECONNREFUSED ${host}.`,
    hint: expect.stringContaining('[limits] url'),
  })
})

it('waits only so long for a server that says nothing', async () => {
  const host = await listen()
  await expect(connectRedis(`redis://:s3cret@${host}`, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'timeout',
    retryable: true,
    message: `redis://…@${host} did not answer as Redis within 50 ms.`,
  })
})

it('stops when it is given up', async () => {
  const host = await listen()
  await expect(connectRedis(`redis://${host}`, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  })
})

it.each(['-NOAUTH Authentication required.\r\n', '-WRONGPASS invalid username-password pair\r\n'])(
  'asks for a password after %j',
  async (answer) => {
    const host = await listen((socket, text) => {
      for (const _ of text.matchAll(/^\*/gm)) socket.write(answer)
    })
    await expect(connectRedis(`redis://${host}`)).rejects.toMatchObject({
      code: 'config_invalid',
      hint: expect.stringContaining('env:REDIS_URL'),
    })
  },
)

it('takes a web server for none', async () => {
  const host = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await expect(connectRedis(`redis://${host}`)).rejects.toMatchObject({ code: 'network' })
})

it('takes no other address, and repeats no password of it', async () => {
  for (const url of ['', 'http://a:s3cret@b', 'redis://a:s3cret@b:port', 'redis://a:s3cret@b/x', 'unix://a:s3cret@b']) {
    const error = await connectRedis(url).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'config_invalid' })
    expect(JSON.stringify(error)).not.toContain('s3cret')
  }
})

it('says what to install', async () => {
  const missing = Object.assign(new Error("Cannot find package 'redis'"), { code: 'ERR_MODULE_NOT_FOUND' })
  const load = (): Promise<never> => Promise.reject(missing)
  await expect(connectRedis('redis://127.0.0.1', { load })).rejects.toMatchObject({
    code: 'unsupported',
    message: 'limits in Redis need the package redis, which is not installed.',
    hint: expect.stringContaining('npm install redis'),
  })
})
