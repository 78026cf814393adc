import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from './scripts/free-port.ts'
import { installTarballs } from './scripts/pack-check/install-tarballs.ts'
import { packAll } from './scripts/pack-check/pack-all.ts'
import { ROOT } from './scripts/pack-check/root.ts'
import { userEnvironment } from './scripts/pack-check/user-environment.ts'
import { walkPage } from './scripts/walk-page.ts'

it('the tutorial does what it says, from packed tarballs in an empty folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-tutorial-'))
  const packed = mkdtempSync(join(tmpdir(), 'rt-packed-'))
  try {
    const env = userEnvironment({ RT_THREADS: '1', NO_COLOR: '1' })
    const done = await walkPage(readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8'), {
      cwd: folder,
      env,
      replace: { 4188: String(await freePort()) },
      instead: {
        async 'npm install @rt/runtime'() {
          const { code, output } = await installTarballs(folder, ['@rt/runtime'], { tarballs: await packAll(packed) })
          expect(code, output).toBe(0)
        },
      },
    })
    expect(done.length).toBeGreaterThan(10)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(packed, { recursive: true, force: true })
  }
}, 300_000)
