import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from './scripts/free-port.ts'
import { installTarballs } from './scripts/pack-check/install-tarballs.ts'
import { packAll } from './scripts/pack-check/pack-all.ts'
import { runCommand } from './scripts/pack-check/run-command.ts'
import { userEnvironment } from './scripts/pack-check/user-environment.ts'
import { walkPage } from './scripts/walk-page.ts'

it('rt init makes an app that installs, passes its tests and runs, from packed tarballs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-init-'))
  const packed = mkdtempSync(join(tmpdir(), 'rt-packed-'))
  try {
    const env = userEnvironment({ RT_THREADS: '1', NO_COLOR: '1' })
    env['PATH'] = [dirname(process.execPath), env['PATH']].join(delimiter)
    const tarballs = await packAll(packed)
    const install = async (where: string): Promise<void> => {
      const { code, output } = await installTarballs(where, ['@rt/runtime'], { tarballs })
      expect(code, output).toBe(0)
    }
    await install(folder)
    const made = await runCommand('npx', ['rt', 'init', 'my-app'], { cwd: folder, env })
    expect([made.code, made.output]).toEqual([0, expect.stringContaining('npm install')])

    // What it says to do next, with the tarballs instead of a registry.
    const app = join(folder, 'my-app')
    const { scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as { scripts: { dev: string } }
    expect(scripts.dev).toBe('rt dev app.ts')
    await install(app)
    const port = await freePort()
    const done = await walkPage(
      [
        '```console',
        '$ npm test',
        '…pass 2…',
        '$ npx rt ingest docs',
        '…1 file…',
        '$ npx rt chat "How long is the warranty on a repair?"',
        '…six months…',
        '```',
        '```console background',
        `$ npm run dev -- --port ${port}`,
        '…ready…',
        '…app.ts · tools repair_price · agents clerk · routes GET /prices…',
        '```',
        '```console',
        `$ curl --silent http://127.0.0.1:${port}/prices`,
        '…"brakes":35…',
        '```',
        '',
      ].join('\n'),
      { cwd: app, env },
    )
    expect(done).toHaveLength(5)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(packed, { recursive: true, force: true })
  }
}, 300_000)
