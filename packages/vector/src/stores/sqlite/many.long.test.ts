import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

const child = fileURLToPath(new URL('../../__fixtures__/serve-many.ts', import.meta.url))
const COUNT = 1_000_000
const LIMIT_MS = 3_600_000
/** What a collection is held to where nothing else is said, and what sampled queries may differ from others by. */
const RECALL = 0.97 - 0.01

it(`builds and serves ${COUNT} vectors of 128 numbers within 4 GiB`, { timeout: 2 * LIMIT_MS }, async () => {
  using file = temporaryFile()
  const args = ['--conditions=@rt/source', child, file.path, String(COUNT), String(LIMIT_MS)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  console.log(stdout)
  const { kind, recall, maxRSS } = JSON.parse(stdout) as { kind: string; recall: number; maxRSS: number }
  expect(kind).not.toBe('flat')
  expect(recall).toBeGreaterThan(RECALL)
  expect(maxRSS).toBeLessThan(4 * 1024 ** 3)
})
