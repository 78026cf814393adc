import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMessage, LOCAL, type Tool } from '@rt/core'
import { openDatabase } from '@rt/node/sqlite'
import { createSqliteStore } from '@rt/vector'
import { expect, test } from 'vitest'
import { createLocalModels } from '../models/local-models.ts'
import { manyTools } from './__fixtures__/many-tools.ts'
import { createSelectTools } from './select-tools.ts'

const K = 8

test('of 200 tools the right one is among the eight that bge-small and the words choose, nine times of ten', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-select-'))
  try {
    await using database = await openDatabase({ path: join(folder, 'rt.db') })
    await using store = await createSqliteStore({ database })
    await using models = createLocalModels({
      settings: {
        contextTokens: 512,
        download: false,
        engine: {},
        aliases: {},
        memoryBudget: '75%',
        memoryWait: '30s',
        keepAlive: '5m',
        pinned: [],
      },
      threads: 2,
      signal: new AbortController().signal,
    })
    const embedder = await models.embedder(await models.fetch('bge-small-en-v1.5', 'embed'))
    const asked = manyTools()
    const tools = asked.map(({ tool }) => tool)
    expect(new Set(tools.map(({ name }) => name)).size).toBe(200)
    const recallWith = async (model: typeof embedder | undefined): Promise<number> => {
      const selector = createSelectTools({
        settings: { above: 20, k: K, always: [] },
        store: async () => store,
        embedder: async () => model,
        database: async () => database,
      })
      let found = 0
      for (const { tool, question } of asked) {
        const messages = [createMessage('user', question)]
        const shown: Tool[] = await selector.select({ tools, messages, principal: LOCAL })
        expect(shown.length).toBeLessThanOrEqual(K + 1)
        if (shown.includes(tool)) found++
      }
      return found / asked.length
    }
    // Measured: 0.78 by words alone, 0.97 with the embedder.
    expect(await recallWith(undefined)).toBeGreaterThanOrEqual(0.7)
    expect(await recallWith(embedder)).toBeGreaterThanOrEqual(0.9)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
