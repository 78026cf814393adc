import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { temporaryStore } from './__fixtures__/temporary-store.ts'

const script = fileURLToPath(new URL('./__fixtures__/write-until-killed.ts', import.meta.url))
const stamp = { dimensions: 8, metric: 'cosine', fingerprint: 'test/8' } as const
const BATCH = 20
const ROUNDS = 4

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

describe('kill -9', () => {
  it('loses no acknowledged write and leaves no part of another', async () => {
    await using temporary = await temporaryStore()
    const random = createRandom(7)
    const acknowledged = new Map<number, boolean>()
    for (let round = 0; round < ROUNDS; round++) {
      // Beyond 32 writes pieces are merged meanwhile.
      const lines = await writeAndKill(temporary.path, 1 + Math.floor(random() * 60))
      for (const line of lines) acknowledged.set(Number(line.slice(1)), line.startsWith('+'))
      const collection = await (await temporary.reopen()).collection('killed', stamp)

      const counts = new Map<number, number>()
      for (let after: string | undefined; ;) {
        const page = await collection.scroll({ limit: 1000, ...(after && { after }) })
        for (const { id, vector, metadata } of page.records) {
          const [batch, index] = id.split('-').map(Number)
          expect(metadata).toEqual({ batch })
          expect(vector).toEqual(Float32Array.from({ length: 8 }, (_, place) => batch! + index! * place + 1))
          counts.set(batch!, (counts.get(batch!) ?? 0) + 1)
        }
        if (!page.next) break
        after = page.next
      }
      // What was under way when the process died may have come through, as a whole.
      const under = Math.max(...acknowledged.keys()) + 1
      for (const [batch, present] of acknowledged) {
        const undecided = present && batch % 3 === 2 && !acknowledged.has(batch + 2)
        if (!undecided) expect(counts.get(batch) ?? 0, `batch ${batch}`).toBe(present ? BATCH : 0)
        expect(await collection.count({ filter: { batch } })).toBe(counts.get(batch) ?? 0)
      }
      for (const [batch, count] of counts) {
        expect(count).toBe(BATCH)
        expect(batch).toBeLessThanOrEqual(under)
      }
      const some = [...counts.keys()].at(-1)!
      expect(await collection.search({ text: `batch${some}`, k: 100 })).toHaveLength(BATCH)
    }
  })
})
