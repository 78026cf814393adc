import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Database, openDatabase } from '@rt/node/sqlite'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { temporaryFile } from '../../../__fixtures__/open-temporary.ts'
import { createSqliteStore } from '../../../index.ts'

const x = Float32Array.of(1, 0)
const gone = { code: 'database_error', retryable: true }

/** Threads that were started, by the name of their file. */
const started = (): { threads: Worker[]; named: (part: string) => Worker[] } => {
  const threads: Worker[] = []
  const names = new Map<Worker, string>()
  const { postMessage } = Worker.prototype
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
    if (!threads.includes(this)) threads.push(this)
    const [message] = args as [object]
    if ('request' in message) names.set(this, 'search')
    return Reflect.apply(postMessage, this, args) as undefined
  })
  return { threads, named: (part) => threads.filter((thread) => names.get(thread) === part) }
}

describe('the thread that searches', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('is not started by writing, reading and describing', async () => {
    const { named } = started()
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes')
    await collection.upsert([{ id: 'a', vector: x, text: 'apple' }])
    await collection.get(['a'])
    await collection.scroll()
    await collection.count({ filter: { n: 1 } })
    await collection.describe()
    await store.list()
    expect(named('search')).toEqual([])
    await collection.search({ vector: x })
    await collection.search({ text: 'apple' })
    expect(named('search')).toHaveLength(1)
  })

  it('rejects what it was asked when it dies, and is started anew', async () => {
    const { named } = started()
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes')
    await collection.upsert([{ id: 'a', vector: x }])
    await collection.search({ vector: x })
    const [thread] = named('search')
    // What it is asked does not reach it any more.
    vi.mocked(thread!.postMessage)
      .mockImplementationOnce(() => {})
      .mockImplementationOnce(() => {})
    const asked = [collection.search({ vector: x }), collection.search({ vector: x })]
    const ended = thread!.terminate()
    for (const each of asked) await expect(each).rejects.toMatchObject(gone)
    await ended
    expect((await collection.search({ vector: x })).map(({ id }) => id)).toEqual(['a'])
    expect(named('search')).toHaveLength(2)
  })

  it('lets go of who has given up, and drops what has not begun', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes')
    await collection.upsert([{ id: 'a', vector: x }])
    await expect(collection.search({ vector: x }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    })
    const { threads } = started()
    const controller = new AbortController()
    const asked = Array.from({ length: 20 }, () => collection.search({ vector: x }, { signal: controller.signal }))
    const last = collection.search({ vector: x })
    controller.abort()
    for (const each of asked) await expect(each).rejects.toMatchObject({ code: 'aborted' })
    expect(await last).toHaveLength(1)
    const sent = vi.mocked(threads[0]!.postMessage).mock.calls.map(([message]) => message as object)
    expect(sent.filter((message) => 'cancel' in message)).toHaveLength(20)
  })

  it('says that a collection is gone, also to those who asked before', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes')
    await collection.upsert([{ id: 'a', vector: x, text: 'apple' }])
    await collection.search({ vector: x })
    const racing = Array.from({ length: 10 }, () =>
      collection.search({ vector: x, text: 'apple' }).then(
        (hits) => hits.length,
        (error: { code: string }) => error.code,
      ),
    )
    await store.drop('notes')
    for (const outcome of await Promise.all(racing)) expect([1, 'not_found']).toContain(outcome)
    await expect(collection.search({ vector: x })).rejects.toMatchObject({ code: 'not_found' })
    await expect(collection.search({ text: 'apple' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('refuses after the store was closed', async () => {
    using file = temporaryFile()
    const store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes')
    await store[Symbol.asyncDispose]()
    await expect(collection.search({ vector: x })).rejects.toMatchObject({ code: 'database_error' })
  })

  it('tells what is wrong with a file it cannot open', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    const elsewhere: Database = { ...database, path: `${file.path}-that-is-not-there` }
    await using store = await createSqliteStore({ database: elsewhere })
    const collection = await store.collection('notes')
    await expect(collection.search({ vector: x })).rejects.toMatchObject({
      code: 'database_error',
      message: expect.stringContaining('unable to open') as string,
    })
  })

  it('sees what another process has written, moved and deleted', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes')
    await collection.upsert([
      { id: 'a', vector: x },
      { id: 'b', vector: Float32Array.of(1, 1) },
    ])
    expect((await collection.search({ vector: x })).map(({ id }) => id)).toEqual(['a', 'b'])
    const program = fileURLToPath(new URL('./__fixtures__/write-elsewhere.ts', import.meta.url))
    await promisify(execFile)(process.execPath, ['--conditions=@rt/source', program, file.path])
    expect((await collection.search({ vector: x })).map(({ id }) => id)).toEqual(['c', 'b'])
    expect((await collection.search({ text: 'cherry' })).map(({ id }) => id)).toEqual(['c'])
  })

  it('does not keep a program alive', async () => {
    using file = temporaryFile()
    const program = fileURLToPath(new URL('./__fixtures__/search-and-end.ts', import.meta.url))
    const run = promisify(execFile)(process.execPath, ['--conditions=@rt/source', program, file.path])
    expect((await run).stdout).toBe('1 hit\n')
  })

  it('does not keep a program alive that only opens what is there', { timeout: 20_000 }, async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    await store.collection('x')
    const program = fileURLToPath(new URL('./__fixtures__/open-and-end.ts', import.meta.url))
    await promisify(execFile)(process.execPath, ['--conditions=@rt/source', program, file.path], { timeout: 15_000 })
  })
})
