import { sha256File } from '@rt/node/files'
import { expect, it } from 'vitest'
import { createCatalog } from './catalog.ts'
import type { PullProgress } from './types.ts'

/** The first run fetches up to 133 MB. */
const FIRST_FETCH_MS = 900_000

it.each(['bge-small-en-v1.5', 'smollm2:135m'])(
  '%s is fetched, pinned and found again',
  { timeout: FIRST_FETCH_MS },
  async (name) => {
    const catalog = createCatalog()
    const before = await catalog.locate(name)
    const progress: PullProgress[] = []
    const { entry, files } = await catalog.ensure(name, { onProgress: (step) => void progress.push(step) })
    for (const { role, sha256 } of entry.files) expect(await sha256File(files[role]!)).toBe(sha256)

    const downloads = progress.filter(({ phase }) => phase === 'downloading')
    if (before) expect(downloads).toEqual([])
    else {
      expect(new Set(downloads.map(({ file }) => file)).size).toBe(entry.files.length)
      expect(progress.at(-1)).toMatchObject({ phase: 'verifying', done: entry.files.at(-1)!.bytes })
    }
    expect((await catalog.locate(name))?.files).toEqual(files)
    expect((await catalog.installed()).map((model) => model.entry.name)).toContain(name)
  },
)
