import { chmod, mkdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  systemClock,
  type CollectionStamp,
  type EmbeddingModel,
  type IngestProgress,
  type IngestReport,
} from '@rt/core'
import { createFakeEmbedder, createFakeTelemetry } from '@rt/core/testing'
import type { Database } from '@rt/node/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMemoryCollection, type MemoryCollection } from '../__fixtures__/memory-collection.ts'
import { makeFolder, openTemporary } from '../__fixtures__/open-temporary.ts'
import { makeDocx, paragraph } from './__fixtures__/make-docx.ts'
import { makeEndlessPdf, makePdf } from './__fixtures__/make-pdf.ts'
import { createIngest, type Ingest } from './ingest.ts'

const TRAVEL = '# Reisen\n\n## Meals\n\nUp to 400 NOK a day – größer nie. 🧭\n\n## Trains\n\nBook a bed at night.\n'
const RULES = '# Rules\n\nBe kind.\n'
const WAY_OUT = 'ingest the folder that holds both, or rename one of them'

interface Setup {
  folder: string
  database: Database
  collection: MemoryCollection
  embedder: ReturnType<typeof createFakeEmbedder>
  write(file: string, content: string | Uint8Array): Promise<void>
  /** Another process over the same data. */
  open(embedder?: EmbeddingModel | null): Ingest
  stamps: (CollectionStamp | undefined)[]
}

const setUp = async (): Promise<Setup> => {
  const root = await makeFolder()
  const folder = join(root, 'handbook')
  const database = await openTemporary()
  const collection = createMemoryCollection('default')
  const embedder = createFakeEmbedder()
  const stamps: (CollectionStamp | undefined)[] = []
  const write = async (file: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), content)
  }
  await write('travel.md', TRAVEL)
  await write('team/rules.txt', RULES)
  const open: Setup['open'] = (use = embedder) =>
    createIngest({
      database,
      store: {
        collection: async (_, stamp) => {
          stamps.push(stamp)
          return collection
        },
      },
      collection: 'default',
      ...(use && { embedder: use }),
    })
  return { folder, database, collection, embedder, write, open, stamps }
}

const texts = ({ records }: MemoryCollection): string[] =>
  [...records.values()].map(({ text }) => text ?? '').toSorted()
const ended = (report: IngestReport): IngestReport => ({
  ...report,
  ms: 0,
  outcomes: report.outcomes.map((row) => ({ ...row, ms: 0 })),
})

describe('createIngest', () => {
  it('ingests a folder into chunks that are exact bytes of their files', async () => {
    const { folder, collection, embedder, open, stamps } = await setUp()
    const progress: IngestProgress[] = []
    const report = await open().ingest(folder, { onProgress: (step) => progress.push(step) })
    expect(ended(report)).toEqual({
      files: 2,
      added: 2,
      changed: 0,
      unchanged: 0,
      failed: [],
      outcomes: [
        { source: 'handbook/team/rules.txt', outcome: 'added', warnings: [], chunks: 1, bytes: 18, ms: 0 },
        { source: 'handbook/travel.md', outcome: 'added', warnings: [], chunks: 2, bytes: 96, ms: 0 },
      ],
      skipped: 0,
      removed: [],
      chunks: 3,
      embedded: 3,
      truncated: 0,
      mode: 'hybrid',
      ms: 0,
    })
    expect(stamps).toEqual([{ dimensions: 64, metric: 'cosine', fingerprint: embedder.fingerprint }])
    expect(progress.at(-1)).toEqual({
      done: 2,
      files: 2,
      bytesDone: 114,
      bytes: 114,
      source: 'handbook/travel.md',
      chunks: 3,
      embedded: 3,
    })
    for (const { text, vector, metadata } of collection.records.values()) {
      const { source, start, end } = metadata as { source: string; start: number; end: number }
      const file = await readFile(join(dirname(folder), source))
      expect(file.subarray(start, end).toString()).toBe(text)
      expect(vector).toHaveLength(64)
    }
    expect([...collection.records.values()].find(({ text }) => text?.includes('400'))?.metadata).toMatchObject({
      source: 'handbook/travel.md',
      principal: 'local',
      headings: ['Reisen', 'Meals'],
    })
  })

  it('embeds the heading path with the text', async () => {
    const { folder, embedder, open } = await setUp()
    const seen: string[] = []
    const spy: EmbeddingModel = {
      ...embedder,
      embed: (list, options) => {
        seen.push(...list)
        return embedder.embed(list, options)
      },
    }
    await open(spy).ingest(folder)
    expect(seen).toContain('Reisen > Trains\n## Trains\n\nBook a bed at night.')
  })

  it('embeds and writes nothing for unchanged files, also in a new process', async () => {
    const { folder, collection, embedder, open } = await setUp()
    await open().ingest(folder)
    const { calls } = embedder.counts
    collection.beforeUpsert = () => {
      throw new Error('must not write')
    }
    expect(await open().ingest(folder)).toMatchObject({ unchanged: 2, added: 0, changed: 0, chunks: 3, embedded: 0 })
    expect(embedder.counts.calls).toBe(calls)
  })

  it('replaces the chunks of a changed file and embeds only what is new, though offsets moved', async () => {
    const { folder, collection, embedder, write, open } = await setUp()
    await open().ingest(folder)
    const before = embedder.counts.texts
    await write('travel.md', TRAVEL.replace('400', '450').replace('# Reisen\n', '\uFEFF\n\n# Reisen\n'))
    expect(await open().ingest(folder)).toMatchObject({ changed: 1, unchanged: 1, chunks: 3, embedded: 1 })
    expect(embedder.counts.texts).toBe(before + 1)
    expect(texts(collection).join()).toContain('450 NOK')
    expect(texts(collection).join()).not.toContain('400 NOK')
    expect(collection.records.size).toBe(3)
    const file = await readFile(join(folder, 'travel.md'))
    const trains = [...collection.records.values()].find(({ text }) => text?.includes('Trains'))!
    expect(file.subarray(trains.metadata!['start'] as number, trains.metadata!['end'] as number).toString()).toBe(
      trains.text,
    )
  })

  it('resumes after the embedder fails in the middle, without embedding anything twice', async () => {
    const { folder, collection, embedder, write, open } = await setUp()
    await write('a-long.md', Array.from({ length: 150 }, (_, i) => `# Part ${i}\n\nText ${i}.\n`).join('\n'))
    let left = 2
    const failing: EmbeddingModel = {
      ...embedder,
      embed: (list, options) => (left-- > 0 ? embedder.embed(list, options) : Promise.reject(new Error('offline'))),
    }
    await expect(open(failing).ingest(folder)).rejects.toThrow('offline')
    const { texts: embedded } = embedder.counts
    expect(embedded).toBe(128)
    expect(await open().ingest(folder)).toMatchObject({ added: 3, embedded: 153 - embedded })
    expect(embedder.counts.texts).toBe(153)
    expect(collection.records.size).toBe(153)
  })

  it('leaves nothing behind when a file changes between an interrupted run and the next', async () => {
    const { folder, collection, write, open } = await setUp()
    const long = (word: string): string => Array.from({ length: 100 }, (_, i) => `# ${word} ${i}\n\nText.\n`).join('\n')
    await write('travel.md', long('old'))
    await open().ingest(folder)
    let upserts = 0
    collection.beforeUpsert = () => {
      if (++upserts === 2) throw new Error('killed')
    }
    await write('travel.md', long('middle'))
    await expect(open().ingest(folder)).rejects.toThrow('killed')
    // What was ingested before is still all there.
    expect(texts(collection).filter((text) => text.includes('old'))).toHaveLength(100)
    expect(texts(collection).some((text) => text.includes('middle'))).toBe(true)
    delete collection.beforeUpsert
    await write('travel.md', '# new\n\nText.\n')
    await open().ingest(folder)
    expect(texts(collection)).toEqual(['# Rules\n\nBe kind.', '# new\n\nText.'])
  })

  it('clears up what an interrupted first run left when the file is gone', async () => {
    const { folder, collection, write, open } = await setUp()
    await write('big.md', Array.from({ length: 100 }, (_, i) => `# big ${i}\n\nText.\n`).join('\n'))
    let upserts = 0
    collection.beforeUpsert = () => {
      if (++upserts === 2) throw new Error('killed')
    }
    await expect(open().ingest(folder)).rejects.toThrow('killed')
    delete collection.beforeUpsert
    await rm(join(folder, 'big.md'))
    expect(await open().ingest(folder)).toMatchObject({ removed: [] })
    expect(texts(collection).some((text) => text.includes('big'))).toBe(false)
  })

  it('reports files that are gone and deletes them only with prune', async () => {
    const { folder, collection, open } = await setUp()
    await open().ingest(folder)
    await rm(join(folder, 'travel.md'))
    expect(await open().ingest(folder)).toMatchObject({ removed: ['handbook/travel.md'], unchanged: 1 })
    expect(collection.records.size).toBe(3)
    expect(await open().ingest(folder, { prune: true })).toMatchObject({ removed: ['handbook/travel.md'] })
    expect(collection.records.size).toBe(1)
    expect(await open().ingest(folder)).toMatchObject({ removed: [] })
  })

  it('works by keyword without an embedder, says so, and keeps vectors that are there', async () => {
    const { folder, collection, embedder, open, stamps } = await setUp()
    expect(await open(null).ingest(folder)).toMatchObject({ mode: 'keyword', added: 2, embedded: 0 })
    expect(stamps).toEqual([undefined])
    expect([...collection.records.values()].every(({ vector }) => vector === undefined)).toBe(true)
    expect(await open().ingest(folder)).toMatchObject({ mode: 'hybrid', changed: 2, embedded: 3 })
    expect(await open(null).ingest(folder)).toMatchObject({ unchanged: 2 })
    expect([...collection.records.values()].every(({ vector }) => vector)).toBe(true)
    expect(embedder.counts.texts).toBe(3)
  })

  it('tells what is wrong with one file and ingests the others', async () => {
    const { folder, write, open } = await setUp()
    await write('latin1.md', new Uint8Array([0x47, 0x72, 0xfc, 0xdf, 0x65]))
    await write('utf16.txt', Buffer.from('\uFEFFabc', 'utf16le'))
    await write('nul.txt', 'a\u0000b')
    await write('huge.md', new Uint8Array(20_000_001).fill(97))
    await write('photo.png', 'x')
    await symlink(join(folder, 'nowhere.md'), join(folder, 'dangling.md'))
    const { failed, added, skipped, files } = await open().ingest(folder)
    expect(Object.fromEntries(failed.map(({ source, reason }) => [source, reason]))).toEqual({
      'handbook/dangling.md': 'a link to nothing',
      'handbook/huge.md': 'larger than 20 MB',
      'handbook/latin1.md': 'not text: it is not valid UTF-8',
      'handbook/nul.txt': 'not text: it is binary, with NUL bytes',
      'handbook/utf16.txt': 'not text in UTF-8: it is UTF-16, save it as UTF-8',
    })
    expect({ added, skipped, files }).toEqual({ added: 2, skipped: 1, files: 7 })
  })

  it('walks past dot files, node_modules and links that lead back', async () => {
    const { folder, collection, write, open } = await setUp()
    await write('.hidden.md', 'no')
    await write('.git/a.md', 'no')
    await write('node_modules/x/README.md', 'no')
    await symlink(folder, join(folder, 'team', 'loop'))
    await symlink(join(folder, 'team'), join(folder, 'a-link'))
    expect(await open().ingest(folder)).toMatchObject({ files: 2, added: 2, failed: [] })
    const sources = [...collection.records.values()].map(({ metadata }) => metadata?.['source'])
    expect(new Set(sources)).toEqual(new Set(['handbook/travel.md', 'handbook/team/rules.txt']))
  })

  it("takes no file of rt's own from a data folder, and everything else in it", async () => {
    const { folder, collection, write, open } = await setUp()
    await write('team/owner.json', '{"name":"Ada"}')
    await open().ingest(folder)
    await write('team/rt.db', '')
    await write('team/rt.db.before-restore-2026.json', '{"a":1}')
    await write('data/rt.db', '')
    await write('data/owner.json', '{"token":"secret"}')
    await write('data/chat-history', 'typed')
    await write('data/notes.md', 'Mine.')
    const report = await open().ingest(folder, { prune: true })
    expect(report).toMatchObject({ added: 1, unchanged: 2, removed: [], failed: [], skipped: 0 })
    expect(texts(collection).join()).not.toContain('secret')
    // What was there before counts as it did: its file is not gone.
    expect(texts(collection)).toEqual(expect.arrayContaining([RULES.trim(), 'Mine.', 'name: Ada']))
  })

  it('keeps the documents below a link that leads nowhere for now', async () => {
    const { folder, collection, open } = await setUp()
    const share = await makeFolder()
    await writeFile(join(share, 'far.md'), 'Far.')
    await symlink(share, join(folder, 'share'))
    await open().ingest(folder)
    await rename(share, `${share}-away`)
    onTestFinished(() => rm(`${share}-away`, { recursive: true }))
    expect(await open().ingest(folder, { prune: true })).toMatchObject({
      failed: [{ source: 'handbook/share', reason: 'a link to nothing' }],
      removed: [],
      unchanged: 2,
    })
    expect(texts(collection)).toContain('Far.')
  })

  it.skipIf(!process.getuid?.())('goes on past a folder it may not read, and keeps its documents', async () => {
    const { folder, collection, open } = await setUp()
    await open().ingest(folder)
    await chmod(join(folder, 'team'), 0)
    const report = await open().ingest(folder, { prune: true })
    await chmod(join(folder, 'team'), 0o755)
    expect(report).toMatchObject({
      failed: [{ source: 'handbook/team', reason: 'cannot be read (EACCES)' }],
      removed: [],
      unchanged: 1,
    })
    expect(texts(collection)).toContain(RULES.trim())
  })

  it('takes single files, refuses other kinds, and throws for what is not there', async () => {
    const { folder, open } = await setUp()
    const ingest = open()
    expect(await ingest.ingest([join(folder, 'travel.md')])).toMatchObject({ added: 1 })
    expect(await ingest.ingest(folder)).toMatchObject({ added: 1, unchanged: 1 })
    await writeFile(join(folder, 'x.pptx'), '')
    expect((await ingest.ingest(join(folder, 'x.pptx'))).failed).toEqual([
      { source: 'handbook/x.pptx', reason: 'files ending in ".pptx" are not read' },
    ])
    await expect(ingest.ingest(join(folder, 'none'))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('does not let two folders of one name write over each other in one run', async () => {
    const { folder, open } = await setUp()
    const other = join(await makeFolder(), 'handbook')
    await mkdir(other)
    await writeFile(join(other, 'travel.md'), 'Another.')
    const { failed, added } = await open().ingest([folder, other])
    expect({ failed, added }).toEqual({
      added: 2,
      failed: [
        {
          source: 'handbook/travel.md',
          reason: `another file of this run has the same name; ${WAY_OUT}`,
        },
      ],
    })
  })

  it('leaves the documents of another folder of the same name alone, also when it prunes', async () => {
    const { folder, collection, open } = await setUp()
    await open().ingest(folder)
    const other = join(await makeFolder(), 'handbook')
    await mkdir(other)
    await writeFile(join(other, 'travel.md'), 'Another.')
    await writeFile(join(other, 'new.md'), 'Mine.')
    const report = await open().ingest(other, { prune: true })
    expect(report).toMatchObject({ added: 1, changed: 0, removed: [], chunks: 1 })
    const owner = join(await realpath(folder), 'travel.md')
    expect(report.failed).toEqual([
      {
        source: 'handbook/travel.md',
        reason: `the name belongs to ${owner}, which is another file; ${WAY_OUT}`,
      },
    ])
    expect(texts(collection).join()).not.toContain('Another.')
    expect(texts(collection)).toHaveLength(4)
    expect(await open().ingest(folder, { prune: true })).toMatchObject({ unchanged: 2, removed: [], failed: [] })
    expect(texts(collection)).toContain('Mine.')
  })

  it('gives the documents of a folder that was moved to its new place', async () => {
    const { folder, collection, open } = await setUp()
    await open().ingest(folder)
    const moved = join(await makeFolder(), 'handbook')
    await rename(folder, moved)
    await rm(join(moved, 'team'), { recursive: true })
    expect(await open().ingest(moved, { prune: true })).toMatchObject({
      unchanged: 1,
      embedded: 0,
      failed: [],
      removed: ['handbook/team/rules.txt'],
    })
    expect(collection.records.size).toBe(2)
    // They are the new folder's now: the old place, taken again, does not get them back.
    await mkdir(folder)
    await writeFile(join(folder, 'travel.md'), 'Another.')
    expect((await open().ingest(folder)).failed).toMatchObject([{ source: 'handbook/travel.md' }])
  })

  it('knows a file again through a link and when it is named alone', async () => {
    const { folder, open } = await setUp()
    await open().ingest(folder)
    const link = join(await makeFolder(), 'handbook')
    await symlink(folder, link)
    expect(await open().ingest([link, join(folder, 'travel.md')])).toMatchObject({ unchanged: 2 })
    await rm(join(folder, 'travel.md'))
    expect(await open().ingest(link)).toMatchObject({ unchanged: 1, removed: ['handbook/travel.md'], failed: [] })
  })

  it('adopts documents that were kept before their place was', async () => {
    const { folder, collection, database, open } = await setUp()
    await database.migrate('memory.documents', [
      `CREATE TABLE memory_documents (
         collection TEXT NOT NULL, principal TEXT NOT NULL, source TEXT NOT NULL, sha256 TEXT NOT NULL, chunker TEXT NOT NULL,
         embedder TEXT NOT NULL, chunks TEXT NOT NULL, loose TEXT NOT NULL, updated_at INTEGER NOT NULL,
         PRIMARY KEY (collection, principal, source)
       ) STRICT;`,
    ])
    await collection.upsert([{ id: 'old', text: 'Old.' }])
    await database.write({
      sql: `INSERT INTO memory_documents VALUES ('default', 'local', ?, 'sha', 'chunker', '', ?, '[]', 0)`,
      each: [
        ['handbook/travel.md', '["old"]'],
        ['handbook/gone.md', '[]'],
      ],
    })
    expect(await open().ingest(folder)).toMatchObject({ changed: 1, added: 1, removed: ['handbook/gone.md'] })
    expect(texts(collection)).not.toContain('Old.')
  })

  it('fills a collection again that was dropped', async () => {
    const { folder, collection, open } = await setUp()
    await open().ingest(folder)
    collection.records.clear()
    expect(await open().ingest(folder)).toMatchObject({ added: 2, embedded: 3 })
    expect(collection.records.size).toBe(3)
  })

  it('keeps the documents of principals apart', async () => {
    const { folder, collection, open } = await setUp()
    await open().ingest(folder)
    expect(await open().ingest(folder, { principal: 'key-a' })).toMatchObject({ added: 2, embedded: 3 })
    expect(collection.records.size).toBe(6)
  })

  it('lets runs at once wait for each other, and stops when aborted', async () => {
    const { folder, embedder, open } = await setUp()
    const ingest = open()
    const [first, second] = await Promise.all([ingest.ingest(folder), ingest.ingest(folder)])
    expect([first.added, second.unchanged, embedder.counts.texts]).toEqual([2, 2, 3])
    await expect(ingest.ingest(folder, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
    expect(await ingest.ingest(folder)).toMatchObject({ unchanged: 2 })
  })

  it('counts on a span', async () => {
    const { folder, open } = await setUp()
    const telemetry = createFakeTelemetry()
    await open().ingest(folder, { span: telemetry.span('cli') })
    expect(telemetry.roots[0]?.children[0]).toMatchObject({
      name: 'ingest default',
      attributes: { 'rt.ingest.files': 2, 'rt.ingest.embedded': 3 },
      ended: true,
    })
  })

  it('reads every kind of file, with an outcome for each, and the others go on past broken ones', async () => {
    const { folder, collection, embedder, write, open } = await setUp()
    await write('a.pdf', makePdf(['By train.', '']))
    await write('b.docx', makeDocx(paragraph('Meals', 'Heading1') + paragraph('Up to 400 NOK.')))
    await write('c.html', '<h1>Prices</h1><p>Tea is 3.</p>')
    await write('d.csv', 'city,cap\nOslo,400\n')
    await write('e.json', '{"city":"Bergen"}')
    await write('f.py', 'def größe():\n    return 3\n')
    await write('g.pdf', '<!doctype html><p>404')
    await write('package-lock.json', '{}')
    await write('x.min.js', 'x')
    const { outcomes, skipped, failed } = await open().ingest(folder)
    expect(outcomes.map(({ source, outcome, chunks, warnings }) => [source, outcome, chunks, warnings])).toEqual([
      ['handbook/a.pdf', 'added', 1, ['1 of 2 pages have no text (scanned?)']],
      ['handbook/b.docx', 'added', 1, []],
      ['handbook/c.html', 'added', 1, []],
      ['handbook/d.csv', 'added', 1, []],
      ['handbook/e.json', 'added', 1, []],
      ['handbook/f.py', 'added', 1, []],
      ['handbook/g.pdf', 'failed', 0, []],
      ['handbook/team/rules.txt', 'added', 1, []],
      ['handbook/travel.md', 'added', 2, []],
    ])
    expect({ skipped, failed }).toEqual({
      skipped: 2,
      failed: [{ source: 'handbook/g.pdf', reason: 'not a PDF: it is HTML' }],
    })
    expect(outcomes.every(({ ms, bytes }) => ms >= 0 && bytes > 0)).toBe(true)
    const stored = Object.fromEntries(
      [...collection.records.values()].map(({ text, metadata }) => [metadata!['source'], { text, ...metadata }]),
    )
    expect(stored['handbook/a.pdf']).toMatchObject({ text: 'By train.', headings: ['page 1'], converted: true })
    expect(stored['handbook/d.csv']).toMatchObject({ text: 'city: Oslo\ncap: 400', converted: true })
    expect(stored['handbook/f.py']).toMatchObject({ headings: ['f.py', 'größe'], start: 0, end: 27 })
    expect(stored['handbook/f.py']).not.toHaveProperty('converted')
    const before = embedder.counts.texts
    expect(await open().ingest(folder)).toMatchObject({ unchanged: 8, embedded: 0, chunks: 9 })
    expect(embedder.counts.texts).toBe(before)
  })

  it('keeps the document of a file that is broken now, and takes its limits from whoever opened it', async () => {
    const { folder, collection, database, write } = await setUp()
    const store = { collection: async () => collection }
    await write('a.pdf', makePdf(['Old.']))
    await createIngest({ database, store, collection: 'default' }).ingest(folder)
    const ingest = createIngest({ database, store, collection: 'default', documentLimits: { timeMs: 2000 } })
    await write('a.pdf', makeEndlessPdf())
    await write('z.csv', 'a,b\n1,2\n')
    expect(await ingest.ingest(folder)).toMatchObject({
      added: 1,
      failed: [{ source: 'handbook/a.pdf', reason: 'took longer than 2 s to read and was stopped' }],
    })
    expect(texts(collection)).toContain('Old.')
  })

  it('tells its progress also inside a long file, and never goes back', async () => {
    const { folder, write, open } = await setUp()
    await write('a-long.md', Array.from({ length: 200 }, (_, i) => `# Part ${i}\n\nText ${i}.\n`).join('\n'))
    const steps: IngestProgress[] = []
    await open().ingest(folder, { onProgress: (step) => steps.push(step) })
    const inside = steps.filter(({ done }) => done === 0)
    expect(inside.length).toBeGreaterThan(1)
    expect(inside.every(({ bytesDone, bytes, source }) => bytesDone < bytes && source.endsWith('a-long.md'))).toBe(true)
    const bytes = steps.map(({ bytesDone }) => bytesDone)
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
    expect(steps.at(-1)).toMatchObject({ done: 3, bytesDone: steps[0]!.bytes })
  })

  it('reads Markdown and text by itself, code and all else in one process, which ends with the run', async () => {
    const { folder, write, open } = await setUp()
    const children = (): number => {
      const { libuv } = process.report.getReport() as unknown as { libuv: { type: string; is_active: boolean }[] }
      return libuv.filter(({ type, is_active }) => type === 'process' && is_active).length
    }
    const during = async (): Promise<number> => {
      let most = 0
      await open().ingest(folder, { onProgress: () => (most = Math.max(most, children())) })
      return most
    }
    expect(await during()).toBe(0)
    await write('a.py', 'x = 1\n')
    expect([await during(), children()]).toEqual([1, 0])
    await write('b.py', 'x = 2\n')
    await write('b.csv', 'a,b\n1,2\n')
    expect([await during(), children()]).toEqual([1, 0])
  })

  it('takes no new ids for Markdown and text', async () => {
    const { folder, collection, open } = await setUp()
    await open().ingest(folder)
    // As the first release made them: other ids would embed everything again.
    const ids = [...collection.records.values()].filter(
      ({ metadata }) => metadata!['source'] === 'handbook/team/rules.txt',
    )
    expect(ids.map(({ id }) => id)).toEqual(['91291d22b9fa8290312d534df541adb0'])
  })

  it('has no negative time and keeps what it knows when the wall clock steps', async () => {
    const { folder, collection, database, write } = await setUp()
    let wall = Date.UTC(2026, 0, 1)
    const ingest = createIngest({
      database,
      store: { collection: async () => collection },
      collection: 'default',
      clock: { ...systemClock, now: () => wall },
    })
    await ingest.ingest(folder)
    for (const step of [-3_600_000, 10 * 365 * 86_400_000, -20 * 365 * 86_400_000]) {
      await write('travel.md', `${TRAVEL}${step}`)
      const report = await ingest.ingest(folder, { onProgress: () => (wall += step) })
      expect(report).toMatchObject({ changed: 1, unchanged: 1 })
      expect([report.ms, ...report.outcomes.map(({ ms }) => ms)].every((ms) => ms >= 0)).toBe(true)
    }
    expect(await ingest.ingest(folder)).toMatchObject({ unchanged: 2 })
  })
})
