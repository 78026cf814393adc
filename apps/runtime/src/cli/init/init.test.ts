import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'
import { version } from '../../version.ts'
import { appManifest, packageName } from './app-manifest.ts'
import { packageManager } from './package-manager.ts'

const RUNTIME = fileURLToPath(new URL('../../../', import.meta.url))
const FILES = [
  '.gitignore',
  'README.md',
  'app.test.ts',
  'app.ts',
  'config.toml',
  'docs',
  'docs/workshop.md',
  'package.json',
  'tsconfig.json',
]
const npm = { npm_config_user_agent: 'npm/11.0.0 node/v26.0.0 linux x64' }

it('makes an app, and says what to type next with the package manager in use', async () => {
  await using folder = await temporaryFolder()
  const { code, stdout, stderr } = await runCommand(['init', 'My App'], {
    cwd: folder.path,
    env: { npm_config_user_agent: 'pnpm/12.0.0 npm/? node/v26.0.0 linux x64' },
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect((await readdir(join(folder.path, 'My App'), { recursive: true })).toSorted()).toEqual(FILES)
  expect(stdout).toContain(' ├─ app.ts ')
  expect(stdout).toMatch(/next\n {3}cd 'My App'\n {3}pnpm install\n {3}pnpm exec rt ingest docs\n/)
  const manifest = JSON.parse(await readFile(join(folder.path, 'My App/package.json'), 'utf8'))
  expect(manifest).toMatchObject({ name: 'my-app', type: 'module', dependencies: { '@rt/runtime': version } })
  const readme = await readFile(join(folder.path, 'My App/README.md'), 'utf8')
  expect(readme).toContain('# my-app\n')
  expect(readme).toContain('\npnpm dev\n')
  expect(readme).not.toContain('{{')
})

it('makes tests that pass, with the runtime and zod of this repository', async () => {
  await using folder = await temporaryFolder()
  const cwd = await realpath(folder.path)
  await mkdir(join(cwd, 'node_modules/@rt'), { recursive: true })
  await symlink(RUNTIME, join(cwd, 'node_modules/@rt/runtime'))
  await symlink(join(RUNTIME, 'node_modules/zod'), join(cwd, 'node_modules/zod'))
  expect((await runCommand(['init', '.'], { cwd, env: npm })).code).toBe(0)
  const { scripts } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as { scripts: { test: string } }
  const [, ...args] = scripts.test.split(' ')
  const env = { ...process.env, NODE_OPTIONS: '--conditions=@rt/source', NODE_TEST_CONTEXT: undefined }
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env })
  expect(stdout).toMatch(/pass 2\n/)
})

describe('files that are there', () => {
  it('are listed and left alone', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'app.ts'), 'mine')
    await writeFile(join(folder.path, 'other.ts'), 'mine')
    const { code, stderr } = await runCommand(['init'], { cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toContain('1 file would be overwritten: app.ts.')
    expect(stderr).toContain('Nothing was written.')
    expect((await readdir(folder.path)).toSorted()).toEqual(['app.ts', 'other.ts'])
    expect(await readFile(join(folder.path, 'app.ts'), 'utf8')).toBe('mine')
  })

  it('are overwritten with --force, and no others', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'app.ts'), 'mine')
    await writeFile(join(folder.path, 'other.ts'), 'mine')
    const { code, stdout } = await runCommand(['init', '--force', '--json'], { cwd: folder.path })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ overwritten: ['app.ts'] })
    expect(await readFile(join(folder.path, 'app.ts'), 'utf8')).toContain('defineApp')
    expect(await readFile(join(folder.path, 'other.ts'), 'utf8')).toBe('mine')
  })

  it('may be in the place of the folder itself', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'app'), 'mine')
    const { code, stderr } = await runCommand(['init', 'app'], { cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toMatch(/error {2}conflict: .*app could not be written/)
    expect(await readFile(join(folder.path, 'app'), 'utf8')).toBe('mine')
  })
})

it('gives a package a name that can be published', () => {
  expect(['My App', '.hidden', 'café', '日本', '--', 'a/b'].map(packageName)).toEqual([
    'my-app',
    'hidden',
    'cafe',
    'my-app',
    'my-app',
    'a-b',
  ])
})

it('knows the package managers by what they say of themselves', () => {
  const agents = ['npm/11.0.0 node/v26', 'pnpm/12.0.0 npm/?', 'yarn/4.1.0 npm/?', 'bun/1.2.3 npm/?', '', 'odd']
  expect(agents.map((agent) => packageManager(agent).name)).toEqual(['npm', 'pnpm', 'yarn', 'bun', 'npm', 'npm'])
})

it('asks for the zod this repository is tested with', async () => {
  const { dependencies } = JSON.parse(appManifest({ name: 'x', version })) as { dependencies: { zod: string } }
  const installed = await readFile(join(RUNTIME, 'node_modules/zod/package.json'), 'utf8')
  const [major] = (JSON.parse(installed) as { version: string }).version.split('.')
  expect(dependencies.zod).toBe(`^${major}.0.0`)
})
