import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { VectorHit } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { createRandom } from '../../__fixtures__/random.ts'
import { createSqliteStore } from '../../index.ts'

const script = fileURLToPath(new URL('../../__fixtures__/write-until-killed.ts', import.meta.url))
const stamp = { dimensions: 8, metric: 'cosine', fingerprint: 'test/8' } as const
const BATCH = 20

/** Runs the writer until it has acknowledged `limit` more writes, then kills it. Gives back its lines. */
const writeAndKill = async (path: string, limit: number): Promise<string[]> => {
  const child = spawn(process.execPath, ['--conditions=@rt/source', script, path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit')
  let errors = ''
  child.stderr.on('data', (data) => (errors += String(data)))
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.length === limit) child.kill('SIGKILL')
  }
  await exit
  expect(child.signalCode, errors).toBe('SIGKILL')
  return lines
}

/** How many hits each batch has. */
const countBatches = (hits: Pick<VectorHit, 'metadata'>[]): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const { metadata } of hits) counts.set(Number(metadata.batch), (counts.get(Number(metadata.batch)) ?? 0) + 1)
  return counts
}

describe('kill -9', () => {
  it('loses no acknowledged write and leaves no part of another', async () => {
    using file = temporaryFile()
    const random = createRandom(7)
    const acknowledged = new Map<number, boolean>()
    for (let round = 0; round < 6; round++) {
      const lines = await writeAndKill(file.path, 1 + Math.floor(random() * 25))
      for (const line of lines) acknowledged.set(Number(line.slice(1)), line.startsWith('+'))
      // The write under way when the process died may have come through, as a whole.
      const under = Math.max(...acknowledged.keys()) + 1

      await using store = await createSqliteStore({ path: file.path })
      const collection = await store.collection('killed', stamp)
      const dense = countBatches(await collection.search({ vector: new Float32Array(8).fill(1), k: 10_000 }))
      for (const [batch, present] of acknowledged) {
        const undecided = !present ? false : batch % 3 === 2 && !acknowledged.has(batch + 2)
        if (!undecided) expect(dense.get(batch) ?? 0, `batch ${batch}`).toBe(present ? BATCH : 0)
        const words = await collection.search({ text: `batch${batch}`, k: 100 })
        expect(words).toHaveLength(dense.get(batch) ?? 0)
      }
      for (const [batch, count] of dense) {
        expect(count).toBe(BATCH)
        expect(batch <= under).toBe(true)
      }
      expect(await collection.count()).toBe([...dense.values()].reduce((sum, count) => sum + count, 0))
      const records = await collection.get([...dense.keys()].flatMap((batch) => [`${batch}-0`, `${batch}-19`]))
      for (const { id, vector } of records) {
        const [batch, index] = id.split('-').map(Number)
        expect(vector).toEqual(Float32Array.from({ length: 8 }, (_, place) => batch! + index! * place + 1))
      }
    }
  })
})
