import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts'
import { loadDriver } from '../load-driver.ts'
import type { IndexMeta } from './index-meta.ts'
import { readIndexFile } from './read-index-file.ts'
import { writeIndexFile } from './write-index-file.ts'

const ROUNDS = 3

for (const kind of ['usearch', 'hnsw'] as const) {
  const loaded = await loadDriver(kind)
  if ('missing' in loaded) continue
  const { driver } = loaded
  test(`${kind}: kill -9 while an index is saved leaves it or the one before, whole`, async () => {
    const folder = temporaryFolder()
    const random = createRandom(5)
    const script = new URL('../__fixtures__/save-until-killed.ts', import.meta.url).pathname
    for (let round = 0; round < ROUNDS; round++) {
      const child = spawn(process.execPath, ['--conditions=@rt/source', script, kind, folder], {
        env: { ...process.env, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const closed = once(child, 'close')
      const lines = createInterface({ input: child.stdout })
      const last = 2 + Math.floor(random() * 30)
      let acknowledged = 0
      for await (const line of lines) {
        acknowledged = Number(line)
        // Somewhere in the next save, or the one after.
        if (acknowledged === last) setTimeout(() => child.kill('SIGKILL'), random() * 5)
      }
      await closed
      expect(acknowledged).toBeGreaterThanOrEqual(last)
      const found = readIndexFile(folder, 'c1') as { meta: IndexMeta; graphPath: string }
      expect(found.meta.version).toBeGreaterThanOrEqual(acknowledged)
      expect(found.meta.version).toBeLessThanOrEqual(acknowledged + 1)
      using index = driver.load(found.graphPath, { ...found.meta, size: found.meta.size })
      expect(index.size).toBe(found.meta.size)
      writeIndexFile(folder, 'c1', found.meta, (path) => index.save(path))
      expect(readdirSync(folder)).toHaveLength(2)
    }
  })
}
