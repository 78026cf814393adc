import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock } from '@rt/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isAlive } from '../__fixtures__/fake-machine.ts'
import { runClient } from './run-client.ts'

/** Ends a wait that would never end; a busy machine may need much of it. */
const PATIENCE_MS = 20_000

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-client-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const client = async (
  script: string,
): Promise<{ command: string; args: string[]; cwd: string; env: Record<string, string> }> => {
  await writeFile(join(folder, 'client'), `#!/bin/sh\n${script}`)
  await chmod(join(folder, 'client'), 0o755)
  return { command: 'client', args: ['a', 'b'], cwd: folder, env: { PATH: folder } }
}

/** Writes its own pid and that of a child which ignores SIGTERM. */
const HANGING = `( trap '' TERM; while :; do /bin/sleep 5; done ) & echo "$$ $!" > pids; wait`

const pids = async (): Promise<number[]> =>
  await vi.waitFor(async () => {
    const found = (await readFile(join(folder, 'pids'), 'utf8')).trim().split(' ').map(Number)
    expect(found).toHaveLength(2)
    return found
  }, PATIENCE_MS)

describe('runClient', () => {
  it('passes arguments and succeeds', async () => {
    await runClient(await client('echo "$1-$2" > said'))
    expect(await readFile(join(folder, 'said'), 'utf8')).toBe('a-b\n')
  })

  it('skips a client that is not installed', async () => {
    await expect(runClient({ command: 'missing', args: [], cwd: folder, env: { PATH: folder } })).rejects.toMatchObject(
      {
        code: 'unsupported',
        message: 'missing is not installed.',
      },
    )
  })

  it('repeats the client’s own error, without colours and passwords', async () => {
    const options = await client(
      `echo starting; printf '\\033[31mERROR: no route to https://me:secret@host/x\\033[0m\\n' >&2; echo bye; exit 3`,
    )
    await expect(runClient(options)).rejects.toMatchObject({
      code: 'download_failed',
      message: 'client failed: ERROR: no route to https://host/x',
    })
  })

  it('tells a full disk from other failures', async () => {
    const options = await client(`echo "OSError: [Errno 28] No space left on device" >&2; exit 1`)
    await expect(runClient(options)).rejects.toMatchObject({ code: 'disk_full' })
  })

  it('kills the whole group on abort, also children that ignore SIGTERM', async () => {
    const control = new AbortController()
    const running = runClient({ ...(await client(HANGING)), signal: control.signal })
    const found = await pids()
    control.abort()
    await expect(running).rejects.toMatchObject({ code: 'aborted' })
    for (const pid of found) await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), PATIENCE_MS)
  })

  it('stops a client that does not get on', async () => {
    const clock = createFakeClock()
    const running = runClient({ ...(await client('exec /bin/sleep 1000')), clock, idleMs: 1_000, watch: async () => 7 })
    const settled = expect(running).rejects.toMatchObject({ code: 'timeout' })
    for (let step = 0; step < 5; step++) {
      await vi.waitFor(() => expect(clock.sleeping).toBe(1), PATIENCE_MS)
      await clock.advance(250)
    }
    await settled
  })

  it('takes the client along when this process is killed', async () => {
    const options = await client(HANGING)
    const module = new URL('./run-client.ts', import.meta.url).href
    const program = `import { runClient } from '${module}'\nawait runClient(${JSON.stringify(options)})`
    const parent = spawn(process.execPath, ['--conditions=@rt/source', '--input-type=module', '-e', program], {
      stdio: 'ignore',
    })
    const found = await pids()
    parent.kill('SIGKILL')
    for (const pid of found) await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), PATIENCE_MS)
  })
})
