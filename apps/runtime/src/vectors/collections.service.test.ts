import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { connect } from '@rt/server/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCommand, startCommand, temporaryFolder } from '../__fixtures__/command.ts'

/** As a program in any language would call it. */
describe('collections over HTTP, of a real rt serve', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: RunningCommand
  let address: string
  let token: string

  beforeAll(async () => {
    folder = await temporaryFolder()
    server = startCommand(['serve', '--port', '0', '--data', folder.path], {
      env: { RT_EMBED: 'none', RT_CONFIG: 'none' },
    })
    address = (await server.said(/http:\/\/\S+/))[0]
    token = (JSON.parse(await readFile(join(folder.path, 'owner.json'), 'utf8')) as { token: string }).token
  })
  afterAll(async () => {
    server.child.kill('SIGKILL')
    await server.exit
    await folder[Symbol.asyncDispose]()
  })

  const ask = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(address + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const failure = (status: number, code: string): object => ({ status, body: { error: { code } } })

  it('are made, filled, searched and deleted, and every mistake has its status', async () => {
    const stamp = { dimensions: 2, metric: 'l2', fingerprint: 'f' }
    expect(await ask('POST', '/rt/collections', { name: 'a', stamp })).toMatchObject({ status: 201, body: { stamp } })
    expect(await ask('POST', '/rt/collections', { name: 'a' })).toMatchObject(failure(409, 'conflict'))
    const records = [
      { id: 'x', vector: [0, 0], text: 'red', metadata: { n: 1 } },
      { id: 'y', vector: 'AACAPwAAgD8=', metadata: { n: 2 } },
    ]
    expect(await ask('POST', '/rt/collections/a/records', { records })).toEqual({ status: 200, body: { upserted: 2 } })
    expect(await ask('POST', '/rt/collections/a/search', { vector: [1, 0.9], k: 1 })).toMatchObject({
      status: 200,
      body: [{ id: 'y', distance: expect.closeTo(0.1, 5) as unknown }],
    })
    expect(await ask('POST', '/rt/collections/a/get', { ids: ['y'], vectors: 'numbers' })).toMatchObject({
      body: { records: [{ id: 'y', vector: [1, 1] }] },
    })
    expect(await ask('POST', '/rt/aliases', { changes: { live: 'a' } })).toMatchObject({ status: 200 })
    expect(await ask('POST', '/rt/collections/live/count', { filter: { n: { gt: 1 } } })).toMatchObject({
      body: { count: 1 },
    })

    const wrong = [{ id: 'z', vector: [1, 2, 3] }]
    expect(await ask('POST', '/rt/collections/a/records', { records: wrong })).toMatchObject(
      failure(400, 'invalid_request'),
    )
    expect(await ask('POST', '/rt/collections/a/count', { filter: { or: 5 } })).toMatchObject(
      failure(400, 'invalid_request'),
    )
    expect(await ask('POST', '/rt/collections/a/delete', { filter: {} })).toMatchObject(failure(400, 'invalid_request'))
    expect(await ask('POST', '/rt/collections/none/records', { records })).toMatchObject(failure(404, 'not_found'))
    expect(await ask('GET', '/rt/collections/none')).toMatchObject(failure(404, 'not_found'))
    expect(await ask('POST', '/rt/aliases', { changes: { b: 'none' } })).toMatchObject(failure(404, 'not_found'))
    expect(await ask('POST', '/rt/collections/a/search', { text: 'x', rerank: {} })).toMatchObject(
      failure(400, 'unsupported'),
    )
    expect((await fetch(`${address}/rt/collections/a`)).status).toBe(401)
    expect(await ask('DELETE', '/rt/collections/a')).toEqual({ status: 200, body: { deleted: true } })
    expect(await ask('DELETE', '/rt/collections/a')).toEqual({ status: 200, body: { deleted: false } })
  })

  it('take JSON Lines in pieces, answer a wrong line before the rest is sent, and keep what came before it', async () => {
    await ask('POST', '/rt/collections', { name: 'lines' })
    const send = async (write: (outgoing: ReturnType<typeof request>) => void): Promise<[number, string]> =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
        const outgoing = request(`${address}/rt/collections/lines/records`, { method: 'POST', headers }, (incoming) => {
          let text = ''
          incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
          incoming.on('end', () => {
            outgoing.destroy()
            resolve([incoming.statusCode ?? 0, text])
          })
        })
        outgoing.on('error', reject)
        write(outgoing)
      })
    const [status, text] = await send((outgoing) => {
      for (let i = 0; i < 3000; i++) outgoing.write(`{"id":"r${i}","text":"größe ${i}"}\n`)
      outgoing.end()
    })
    expect([status, JSON.parse(text)]).toEqual([200, { upserted: 3000 }])
    // The end of this body never comes.
    const [refused, why] = await send((outgoing) => {
      for (let i = 0; i < 1000; i++) outgoing.write(`{"id":"s${i}"}\n`)
      outgoing.write('[]\n')
    })
    expect([refused, why]).toEqual([400, expect.stringContaining('line 1001: a record is an object')])
    const { count } = (await ask('POST', '/rt/collections/lines/count', {})).body as { count: number }
    expect(count).toBeGreaterThanOrEqual(3000)
    expect(count).toBeLessThanOrEqual(4000)
  })

  it('are exported as fast as they are read, while they are written', async () => {
    const { collections } = connect({ address, token })
    await collections.create('large')
    const text = 'x'.repeat(4000)
    function* many() {
      for (let i = 0; i < 3000; i++) yield { id: `r${i}`, text }
    }
    expect(await collections.upsert('large', many())).toBe(3000)
    const seen = new Set<string>()
    for await (const { id } of collections.records('large')) {
      seen.add(id)
      if (seen.size === 1000) await collections.upsert('large', [{ id: 'late' }])
    }
    seen.delete('late')
    expect(seen.size).toBe(3000)
    for await (const record of collections.records('large')) if (record) break
    expect(await collections.count('large')).toBe(3001)
  })
})
