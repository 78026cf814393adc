// README.md as somebody does what it says, from this repository. What is not as theirs: the data folder, the folder of the
// app and the port, so that nothing here is in the way of the people who work on this machine.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from './scripts/free-port.ts'
import { ROOT } from './scripts/pack-check/root.ts'
import { runCommand } from './scripts/pack-check/run-command.ts'
import { userEnvironment } from './scripts/pack-check/user-environment.ts'
import { walkPage } from './scripts/walk-page.ts'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
let folder: string
let env: NodeJS.ProcessEnv
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-readme-'))
  env = userEnvironment({ RT_DATA: join(folder, 'data'), RT_THREADS: '1', NO_COLOR: '1' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('is short', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
})

it('shows what the first command prints, figures and wording of answers aside', async () => {
  const [, transcript] = /^```\n\$ npx -y pnpm@12 start\n([\s\S]*?)^```$/m.exec(readme)!
  const args = ['-y', 'pnpm@12', 'start', '--once', '--port', '0', '--data', join(folder, 'demo')]
  const { code, output, stdout } = await runCommand('npx', args, { cwd: ROOT, env })
  expect(code, output).toBe(0)
  const printed = shape(stdout)
  expect(shape(transcript!).filter((line) => !printed.includes(line))).toEqual([])
})

/** Its lines without what differs from machine to machine; what the demo answers is tested beside it. */
const shape = (text: string): string[] =>
  text
    .replaceAll(`${process.platform} ${process.arch}`, 'linux x64')
    .replaceAll(/^ answer .*$/gm, ' answer')
    .replaceAll(/(?<![\w[])[\d.,:]+( ms| s)?\b/g, '#')
    .split('\n')
    .filter((line) => line.trim())

it('leads to own documents answered and an own tool called', async () => {
  const bin = join(folder, 'bin')
  const done = await walkPage(readme, {
    cwd: ROOT,
    env: { ...env, PATH: `${bin}${delimiter}${env['PATH']}` },
    replace: { '../my-app': join(folder, 'my-app'), 4188: String(await freePort()) },
    instead: {
      // An alias is for a person's shell: the same as a program.
      async 'alias rt="npx -y pnpm@12 -C $PWD run rt"'() {
        mkdirSync(bin)
        writeFileSync(join(bin, 'rt'), `#!/bin/sh\nexec npx -y pnpm@12 -C ${ROOT} run rt "$@"\n`, { mode: 0o755 })
      },
    },
  })
  expect(done.length).toBeGreaterThanOrEqual(6)
})
