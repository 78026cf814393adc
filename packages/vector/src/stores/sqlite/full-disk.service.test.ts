import { execFile, spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

const child = fileURLToPath(new URL('../../__fixtures__/damage/fill-the-disk.ts', import.meta.url))
const mounts = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

it.skipIf(!mounts)(
  'a full disk refuses the write, keeps all before it readable, and takes writes once there is room (needs user namespaces)',
  async () => {
    using file = temporaryFile()
    const folder = dirname(file.path)
    const script = `mount -t tmpfs -o size=12m none '${folder}'; exec "$@"`
    const command = [process.execPath, '--conditions=@rt/source', child, folder]
    const { stdout } = await promisify(execFile)('unshare', ['-rm', 'sh', '-c', script, 'sh', ...command])
    expect(JSON.parse(stdout)).toEqual({ refused: 'disk_full', again: 'disk_full', readable: true, whole: true })
  },
)
