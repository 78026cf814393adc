import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProviderChoice } from '../../driver-kit/execution-provider.ts'
import type { OnnxRuntime } from './load-runtime.ts'
import { openSession } from './open-session.ts'

interface Opened {
  path: string
  options: { executionProviders: unknown[]; extra: { ep?: Record<string, string> } }
}

/** A machine with these providers. An engine it is asked to keep is written, as onnxruntime does. */
const fakeRuntime = (names: string[], fail: (path: string) => string | undefined = () => undefined) => {
  const opened: Opened[] = []
  const create = async (path: string, options: Opened['options']) => {
    opened.push({ path, options })
    const reason = fail(path)
    if (reason !== undefined) throw new Error(reason)
    const target = options.extra.ep?.['context_file_path']
    if (target !== undefined) await writeFile(target, 'engine', { flag: 'wx' })
    return {}
  }
  const runtime = {
    InferenceSession: { create },
    listSupportedBackends: () => names.map((name) => ({ name, bundled: false })),
    env: { versions: { node: '1.30.0' } },
  } as unknown as OnnxRuntime
  return { runtime, opened }
}

describe('openSession', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rt-onnx-open-'))
    await writeFile(join(folder, 'm.onnx'), 'model')
  })
  afterAll(() => rm(folder, { recursive: true }))
  const spec = (provider: ProviderChoice) => ({
    id: 'tiny',
    modelPath: join(folder, 'm.onnx'),
    tokenizerPath: 't',
    maxTokens: 8,
    threads: 1,
    provider,
  })

  it('asks for one provider alone, with its device', async () => {
    const { runtime, opened } = fakeRuntime(['cpu', 'cuda', 'webgpu'])
    await openSession(runtime, spec({ name: 'cuda', deviceId: 1 }))
    await openSession(runtime, spec({ name: 'webgpu', deviceId: 1 }))
    await openSession(runtime, spec({ name: 'cpu' }))
    expect(opened.map(({ options }) => options.executionProviders)).toEqual([
      [{ name: 'cuda', deviceId: 1 }],
      ['webgpu'],
      ['cpu'],
    ])
  })

  it('tells a provider that fails from a damaged model, without showing folders', async () => {
    const { runtime } = fakeRuntime(['cpu', 'cuda'], () => `Failed to load /opt/x y/lib.so: no such file`)
    await expect(openSession(runtime, spec({ name: 'cuda' }))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.not.stringContaining('/opt'),
      data: { provider: 'cuda' },
    })
    await expect(openSession(runtime, spec({ name: 'cpu' }))).rejects.toMatchObject({ code: 'model_invalid' })
    await expect(openSession(runtime, spec({ name: 'dml' }))).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('keeps an engine of TensorRT and starts from it, until it no longer fits', async () => {
    const cacheFolder = join(folder, 'engines')
    const provider = { name: 'tensorrt', cacheFolder } as const
    const { runtime, opened } = fakeRuntime(['tensorrt'])
    await openSession(runtime, spec(provider))
    const engine = opened[0]!.options.extra.ep!['context_file_path']!
    expect(opened[0]).toMatchObject({
      path: join(folder, 'm.onnx'),
      options: { extra: { ep: { context_enable: '1' } } },
    })
    await openSession(runtime, spec(provider))
    expect(opened[1]).toMatchObject({ path: engine })
    expect(opened[1]!.options.extra.ep).toBeUndefined()
    await openSession(runtime, spec({ ...provider, deviceId: 1 }))
    expect(opened[2]!.path).toBe(join(folder, 'm.onnx'))

    const other = fakeRuntime(['tensorrt'], (path) => (path === engine ? 'built for another GPU' : undefined))
    await openSession(other.runtime, spec(provider))
    expect(other.opened.map(({ path }) => path)).toEqual([engine, join(folder, 'm.onnx')])
    expect(existsSync(engine)).toBe(true)
  })
})
