// What CI relies on when somebody changes the lockfile, or installs without install scripts.
import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand, type RunResult } from './scripts/pack-check/run-command.ts'
import { userEnvironment } from './scripts/pack-check/user-environment.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'rt-lockfile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const INSTALL = ['-y', 'pnpm@12', 'install', '--frozen-lockfile']

/** The workspace's manifests and lockfile elsewhere, without its sources. */
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  const manifests = globSync(
    ['package.json', 'pnpm-*.yaml', '.npmrc', '{packages,apps,examples}/*/package.json', 'benchmarks/package.json'],
    {
      cwd: root,
    },
  )
  for (const file of manifests) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
})

/** Without a second try: pnpm fetches what has the wrong checksum again, later and later. */
const install = (): Promise<RunResult> =>
  runCommand('npx', [...INSTALL, '--ignore-scripts', '--config.fetch-retries=0'], {
    cwd: folder,
    env: userEnvironment(),
  })

const change = (file: string, from: RegExp, to: string): void => {
  const text = readFileSync(join(folder, file), 'utf8')
  expect(text).toMatch(from)
  writeFileSync(join(folder, file), text.replace(from, to))
}

describe('the lockfile in CI', () => {
  it('is what .ci/run installs from, before anything else', () => {
    expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toContain(`npx ${INSTALL.join(' ')}\n`)
  })

  it('is accepted as it is', async () => {
    const { code, output } = await install()
    expect(output).not.toContain('ERR_PNPM')
    expect(code).toBe(0)
  })

  it('is refused when the checksum of a package was changed', async () => {
    change('pnpm-lock.yaml', /(hono@[\d.]+:\n\s+resolution: \{integrity: sha512-)..../, '$1AAAA')
    const { code, output } = await install()
    expect(output).toMatch(/integrity/)
    expect(code).not.toBe(0)
  })

  it('is refused when a manifest asks for something else', async () => {
    change('packages/server/package.json', /"hono": "catalog:"/, '"hono": "4.0.0"')
    const { code, output } = await install()
    expect(output).toMatch(/frozen/)
    expect(code).not.toBe(0)
  })
})

describe('a workspace installed without install scripts', () => {
  it('says that its Node is missing and how to get it', async () => {
    const old = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' }); require('${root}tooling/scripts/need-node.cjs')`
    const failed = await promisify(execFile)(process.execPath, ['-e', old]).catch(
      (error: { code: number; stderr: string }) => error,
    )
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('npx -y pnpm@12 rebuild node') })
  })
})
