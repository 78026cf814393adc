import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CollectionInfo, MoveReport, RetrievedChunk } from '@rt/core'
import { createSqliteStore } from '@rt/vector'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRuntime } from '../../index.ts'
import { runCommand, startCommand, temporaryFolder } from '../../__fixtures__/command.ts'

const ENV = { RT_EMBED: 'none', RT_CONFIG: 'none' }

/** The same beside a server and without one: a command does not know which it has. */
describe.each(['alone', 'beside rt serve'])('rt collections %s', (where) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let data: string
  let stop = async (): Promise<void> => {}
  const rt = (...args: string[]) => runCommand([...args, '--data', data], { env: ENV, cwd: folder.path })
  const out = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await rt(...args)
    expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, ''])
    return stdout
  }
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await out(...args, '--json')) as T

  beforeAll(async () => {
    folder = await temporaryFolder()
    data = join(folder.path, 'data')
    if (where === 'alone') return
    const server = startCommand(['serve', '--port', '0', '--data', data], { env: ENV })
    await server.said(/http:\/\/\S+/)
    stop = async () => {
      server.child.kill('SIGKILL')
      await server.exit
    }
  })
  afterAll(async () => {
    await stop()
    await folder[Symbol.asyncDispose]()
  })

  it('makes, fills and shows', async () => {
    expect(await out('collections', 'create', 'fruit', '--dimensions', '2', '--index', 'flat', '--ttl', '24h')).toBe(
      ' made fruit: 2 dimensions, cosine, index flat\n',
    )
    const lines = [
      { id: 'a', text: 'red apples\u2028', vector: [1, 0], metadata: { size: 42 } },
      { id: 'b', text: 'green apples', vector: [0, 1], metadata: { size: 7 } },
    ]
    await writeFile(join(folder.path, 'records.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join('\n'))
    expect(await out('collections', 'import', 'fruit', 'records.jsonl')).toBe(' 2 records into fruit\n')

    expect(await out('collections')).toMatch(/^ fruit +2 .*flat.* 2 +own\/2 /m)
    expect(await json<CollectionInfo>('collections', 'show', 'fruit')).toMatchObject({
      count: 2,
      stamp: { dimensions: 2 },
      options: { index: 'flat', ttl: 86_400_000 },
    })
    expect(await out('collections', 'show', 'fruit')).toMatch(/index +flat: \S.*\n(.*\n)*.*records end +24 h/)
  })

  it('points aliases, exports and imports', async () => {
    expect(await out('collections', 'alias', 'live=fruit', 'old=fruit')).toBe(' live is fruit now\n old is fruit now\n')
    expect(await out('collections', 'alias', 'old=')).toBe(' old is no alias any more\n')
    expect(await out('collections')).toMatch(/ live /)

    const exported = await out('collections', 'export', 'live')
    const [head, ...records] = exported
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(head).toMatchObject({ collection: { name: 'fruit', stamp: { dimensions: 2 } } })
    expect(records).toMatchObject([{ id: 'a', text: 'red apples\u2028', vector: 'AACAPwAAAAA=' }, { id: 'b' }])
    await writeFile(join(folder.path, 'fruit.jsonl'), exported)
    expect(await out('collections', 'import', 'copy', 'fruit.jsonl')).toBe(' 2 records into copy, which was made\n')
    expect((await json<CollectionInfo>('collections', 'show', 'copy')).stamp).toMatchObject({ fingerprint: 'own/2' })
  })

  it('is searched with filters and explanations', async () => {
    const found = await json<RetrievedChunk[]>('search', 'apples', '--collection', 'copy', '--where', 'size=42')
    expect(found.map(({ id }) => id)).toEqual(['a'])
    const explained = await out(
      'search',
      'apples',
      '--collection',
      'copy',
      '--filter',
      '{"size":{"lt":10}}',
      '--explain',
    )
    expect(explained).toMatch(/b .*\n.*green apples\n +words: place 1, /)
  })

  it('moves, and deletes', async () => {
    const to = join(folder.path, `${where.length}.db`)
    expect((await rt('collections', 'move', 'copy', '--to', `sqlite:${to}`)).stderr).toContain('--yes')
    expect(await out('collections', 'move', 'copy', '--to', `sqlite:${to}`, '--yes')).toMatch(
      /^ moved copy: 2 records, every one compared .*\n To use it there.*\n {3}\[vector\]\n {3}store = "sqlite"/,
    )
    expect((await json<CollectionInfo[]>('collections')).map(({ name }) => name)).toEqual(['fruit'])
    expect(await json<MoveReport>('collections', 'move', 'copy', '--from', `sqlite:${to}`, '--keep')).toMatchObject({
      records: 2,
      kept: true,
    })
    {
      await using store = await createSqliteStore({ path: to })
      expect(await store.list()).toMatchObject([{ name: 'copy', count: 2 }])
    }
    expect((await rt('collections', 'drop', 'live', '--yes')).stderr).toContain('is an alias of "fruit"')
    expect(await out('collections', 'rm', 'copy', '--yes')).toBe(' deleted copy: 2 records; the files stay\n')
  })

  it('exports more than a pipe holds, as fast as it is read', async () => {
    const text = 'x'.repeat(2000)
    const lines = Array.from({ length: 1000 }, (_, i) => JSON.stringify({ id: `r${i}`, text }))
    await writeFile(join(folder.path, 'large.jsonl'), lines.join('\n'))
    await out('collections', 'create', 'large')
    expect(await out('collections', 'import', 'large', 'large.jsonl')).toBe(' 1,000 records into large\n')
    const exported = (await out('collections', 'export', 'large')).trimEnd().split('\n')
    expect(exported).toHaveLength(1001)
    expect(await readFile(join(folder.path, 'large.jsonl'), 'utf8')).toContain(exported[1]!.slice(0, 20))
  })
})

describe('rt collections', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
    const rt = await createRuntime({ data: join(folder.path, 'data'), config: false, embed: false })
    await rt.collection('fruit', { dimensions: 2, metric: 'cosine', fingerprint: 'own/2' })
    await rt.close()
    await writeFile(join(folder.path, 'records.jsonl'), '{"id":"a"}\n')
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  it.each<[string[], number, string]>([
    [['show', 'fruits'], 1, 'Did you mean fruit?'],
    [['export', 'none'], 1, 'there is no collection "none"'],
    [['import', 'none', 'records.jsonl'], 1, 'rt collections create none --dimensions N'],
    [['import', 'fruit', 'no-such.jsonl'], 1, 'there is no file "no-such.jsonl"'],
    [['import', 'fruit', 'bad.jsonl'], 1, 'line 2 is not valid JSON'],
    [['import', 'fruit', 'other.jsonl'], 1, 'has dimensions 2, the file has 3'],
    [['alias', 'live'], 2, 'ALIAS=COLLECTION'],
    [['alias', 'x=fruits'], 1, 'Did you mean fruit?'],
    [['move', 'fruit'], 2, '--to'],
    [['move', 'fruit', '--to', 'redis://x', '--keep'], 2, 'lancedb:FOLDER'],
    [['move', 'fruit', '--to', 'sqlite', '--keep'], 1, 'is in sqlite already'],
    [['create', 'x', '--metric', 'l2'], 2, '--dimensions'],
    [['create', 'x', '--recall', '2'], 2, 'from 0.5 to 1'],
    [['create', 'x', '--ttl', '1y'], 2, '--ttl must be a time'],
    [['create', 'fruit'], 1, 'already'],
  ])('%j fails with %i, saying %s', async (args, code, said) => {
    await writeFile(join(folder.path, 'bad.jsonl'), '{"id":"a"}\n{"id"\n')
    const other = { collection: { name: 'x', stamp: { dimensions: 3, metric: 'cosine', fingerprint: 'f' } } }
    await writeFile(join(folder.path, 'other.jsonl'), `${JSON.stringify(other)}\n{"id":"z","vector":[1,2,3]}\n`)
    const data = join(folder.path, 'data')
    const result = await runCommand(['collections', ...args, '--data', data], { env: ENV, cwd: folder.path })
    expect([result.code, result.stdout]).toEqual([code, ''])
    expect(result.stderr).toContain(said)
  })
})
