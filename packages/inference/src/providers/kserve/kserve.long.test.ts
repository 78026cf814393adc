import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createKServe, type KServeProvider } from './index.ts'

// A real server of the protocol: MLServer of PyPI, on the CPU, installed once into the repository's .cache.
const home = fileURLToPath(new URL('../../../../../.cache/mlserver', import.meta.url))
const bin = join(home, 'bin')

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('kserve against MLServer', () => {
  let folder: string
  let server: ChildProcess
  let provider: KServeProvider
  let output = ''

  beforeAll(async () => {
    if (!existsSync(join(bin, 'mlserver'))) {
      execFileSync('python3', ['-m', 'venv', home])
      execFileSync(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', 'mlserver==1.7.1'])
    }
    folder = mkdtempSync(join(tmpdir(), 'rt-mlserver-'))
    mkdirSync(join(folder, 'counter'))
    copyFileSync(new URL('__fixtures__/mlserver_model.py', import.meta.url), join(folder, 'counter', 'counter.py'))
    writeFileSync(
      join(folder, 'counter', 'model-settings.json'),
      JSON.stringify({ name: 'counter', implementation: 'counter.Counter' }),
    )
    const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()]
    const settings = { host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 }
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
    server = spawn(join(bin, 'mlserver'), ['start', folder], {
      env: { ...process.env, PATH: `${bin}:${process.env['PATH']}`, PYTHONPATH: join(folder, 'counter') },
    })
    server.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    server.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    provider = createKServe({
      baseURL: `http://127.0.0.1:${http}`,
      models: { counter: { embedding: { dimensions: 2, input: 'text' } } },
    })
    await vi.waitFor(async () => expect(await provider.ready('counter'), output).toBe(true), {
      timeout: 60_000,
      interval: 200,
    })
  })

  afterAll(async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve))
    server.kill()
    await gone
    rmSync(folder, { recursive: true })
  })

  it('is live and ready, and says what it is', async () => {
    expect(await provider.live()).toBe(true)
    expect(await provider.ready()).toBe(true)
    expect(await provider.ready('nobody').catch((error: unknown) => error)).not.toBe(true)
    expect(await provider.metadata()).toMatchObject({ name: 'mlserver', version: '1.7.1' })
    expect(await provider.metadata('counter')).toMatchObject({ name: 'counter' })
    expect((await provider.list!()).map(({ id, kind }) => [id, kind])).toEqual([['kserve/counter', 'embed']])
  })

  it('infers and embeds', async () => {
    const answer = await provider.infer('counter', {
      inputs: [{ name: 'text', shape: [2], datatype: 'BYTES', data: ['hello', 'sky'] }],
    })
    expect(answer).toMatchObject({
      modelName: 'counter',
      outputs: [{ name: 'counts', shape: [2, 2], datatype: 'FP32', data: [5, 2, 3, 0] }],
    })
    const { vectors } = await provider.embeddingModel('counter').embed(['aaaa', 'sky'])
    expect(vectors.map((vector) => [...vector])).toEqual([
      [Math.fround(Math.SQRT1_2), Math.fround(Math.SQRT1_2)],
      [1, 0],
    ])
  })

  it('says what the server refuses in the codes of rt', async () => {
    const inputs = [{ name: 'text', shape: [1], datatype: 'BYTES' as const, data: ['x'] }]
    await expect(provider.infer('nobody', { inputs })).rejects.toMatchObject({ code: 'model_not_found' })
    const caller = new AbortController()
    caller.abort()
    await expect(provider.infer('counter', { inputs }, { signal: caller.signal })).rejects.toMatchObject({
      code: 'aborted',
    })
  })
})
