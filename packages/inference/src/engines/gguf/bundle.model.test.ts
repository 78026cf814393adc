import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { collect, createMessage } from '@rt/core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { createHost, type Host } from '../../host/create-host.ts'
import { createGgufModel } from './model.ts'
import type { GgufModelInfo } from './options.ts'

// The host as it is published: without node-llama-cpp beside it.
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-bundle-'))
  const cli = join(dirname(createRequire(import.meta.url).resolve('tsup/package.json')), 'dist', 'cli-default.js')
  await promisify(execFile)(
    process.execPath,
    [cli, '--config', 'tsup.host.config.ts', '--out-dir', join(folder, 'app', 'dist'), '--silent'],
    { cwd: ROOT },
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Installs what the published package depends on, and `more`. */
const install = async (app: string, more: string[]): Promise<void> => {
  for (const name of ['@rt/core', '@rt/node', '@huggingface/jinja', ...more]) {
    const link = join(folder, app, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await rm(link, { force: true })
    await symlink(join(ROOT, 'node_modules', name), link, 'junction')
  }
}

const startBundle = (app: string): Host => {
  const host = createHost({
    name: 'bundled engine',
    entry: {
      url: pathToFileURL(join(folder, app, 'dist', 'gguf-host.js')),
      execArgv: ['--conditions=@rt/source'],
    },
    // pnpm's shims name their own folder there.
    env: { UV_THREADPOOL_SIZE: '1', NODE_PATH: undefined },
  })
  onTestFinished(() => host[Symbol.asyncDispose]())
  return host
}

test('it carries what it runs, with the licences, and asks for nothing but what is declared', async () => {
  const dist = join(folder, 'app', 'dist')
  const names = await readdir(dist)
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.js')).map((name) => readFile(join(dist, name), 'utf8')),
  )
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"((?:@[\w-]+\/)?[a-z][\w-]*)(?:\/[\w/-]+)?"/g)].map(
      ([, name]) => name!,
    ),
  )
  const { builtinModules } = await import('node:module')
  const packages = [...new Set(imported)].filter((name) => !builtinModules.includes(name))
  expect(packages.toSorted()).toEqual(['@huggingface/jinja', '@rt/core', '@rt/node'])
  const notices = await readFile(join(dist, 'THIRD-PARTY.txt'), 'utf8')
  expect(notices).toMatch(/^node-llama-cpp [\d.]+\n-+\nMIT License\n\nCopyright \(c\) 2023 Gilad S\./m)
})

test('without binaries it says what to install; with them it answers', async () => {
  await install('app', [])
  await expect(startBundle('app').call('start', { threads: 1 })).rejects.toMatchObject({
    code: 'engine_unavailable',
    hint: expect.stringContaining('@node-llama-cpp'),
  })
  await install('app', [`@node-llama-cpp/${process.platform}-${process.arch}`])
  const host = startBundle('app')
  const { entry, files } = await createCatalog().ensure('smollm2:135m')
  const load = {
    id: entry.name,
    path: files.model,
    key: 'k',
    threads: 1,
    contextTokens: 256,
    sampling: entry.sampling!,
  }
  const info = await host.call<GgufModelInfo>('load', load)
  await using model = createGgufModel({ host, load, info })
  const messages = [
    createMessage('system', 'You are a helpful assistant.'),
    createMessage('user', 'What is the capital of France?'),
  ]
  const request = { messages, maxOutputTokens: 16 }
  expect((await collect(model.stream(request))).text).toContain('Paris')
  const json = await collect(
    model.stream({ ...request, output: { type: 'json', schema: { enum: ['yes', 'no'] } }, maxOutputTokens: 8 }),
  )
  expect(['"yes"', '"no"']).toContain(json.text)
})
