// Data files of earlier releases, opened by today's code. A new one is added with each release that changes a table:
// node --conditions=@rt/source tooling/scripts/golden.ts
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMessage, LOCAL } from '@rt/core'
import { checkIntegrity, openDatabase } from '@rt/node/sqlite'
import { loadDump, watchMigrations } from '@rt/node/testing'
import { createTraceReader } from '@rt/observe/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { knownVersions } from '../known-versions.ts'
import { hashMigrations, type MigrationHashes } from './__fixtures__/make-golden.ts'
import { openParts } from './__fixtures__/open-parts.ts'
import { readDatabase, type Reading } from './__fixtures__/read-database.ts'

const FIXTURES = new URL('./__fixtures__/', import.meta.url)
const goldens = readdirSync(FIXTURES)
  .filter((name) => /^v\d+\.sql$/.test(name))
  .map((name) => name.slice(0, -'.sql'.length))
const read = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8')

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-golden-'))
  path = join(folder, 'rt.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each(goldens)('a data file of release %s', (name) => {
  it('is migrated and shows all that was in it', async () => {
    loadDump(read(`${name}.sql`), path)
    await using database = await openDatabase({ path })
    await using parts = await openParts(database)
    expect(await readDatabase(database, parts)).toEqual(JSON.parse(read(`${name}.json`)) as Reading)
    expect(await checkIntegrity(database, { check: 'full' })).toMatchObject({ ok: true, problems: [] })
  })

  it('takes more of everything, and still holds it when it is opened again', async () => {
    loadDump(read(`${name}.sql`), path)
    const before = JSON.parse(read(`${name}.json`)) as Reading
    mkdirSync(join(folder, 'more'))
    writeFileSync(join(folder, 'more', 'pets.md'), '# Pets\n\nDogs are welcome on Fridays.\n')
    {
      await using database = await openDatabase({ path })
      await using parts = await openParts(database)
      await parts.threads.append(LOCAL, 'ada', [createMessage('user', 'And in Bergen?')])
      await parts.threads.append(LOCAL, 'bob', [createMessage('user', 'Hello')])
      expect(await parts.ingest.ingest(join(folder, 'more'))).toMatchObject({ added: 1, failed: [] })
      await (await parts.vectors.collection('notes')).upsert([{ id: 'scarf', text: 'A winter scarf.' }])
      await parts.keys.create({ name: 'phone', scope: 'admin' })
      parts.telemetry.span('another request').end()
      await parts.telemetry.flush()
    }
    await using database = await openDatabase({ path })
    await using parts = await openParts(database)
    const after = await readDatabase(database, parts)
    expect(Object.fromEntries(after.threads.map(({ id, messages }) => [id, messages.length]))).toEqual({
      ada: before.threads.find(({ id }) => id === 'ada')!.messages.length + 1,
      bob: 1,
    })
    expect(after.documents).toBe(before.documents + 1)
    const notes = await parts.vectors.collection('notes')
    expect((await notes.search({ text: 'scarfs' })).map(({ id }) => id)).toEqual(['scarf'])
    const pets = await (await parts.vectors.collection('default')).search({ text: 'dog' })
    expect(pets[0]?.text).toContain('Dogs are welcome')
    expect(after.keys.map(({ name: key }) => key).toSorted()).toEqual(['laptop', 'phone'])
    expect((await createTraceReader({ database }).last())?.name).toBe('another request')
    expect(await checkIntegrity(database, { check: 'full' })).toMatchObject({ ok: true, problems: [] })
  })
})

/** What today's parts ask for, each with its tables made. */
const todaysMigrations = async (): Promise<MigrationHashes> => {
  await using database = await openDatabase({ path })
  const watched = watchMigrations(database)
  await using parts = await openParts(watched.database)
  await parts.keys.list()
  await parts.ingest.ingest([]) // The table of documents is made by the first ingest.
  return hashMigrations(watched.migrations)
}

describe('migrations', () => {
  it('there is a golden to open', () => expect(goldens.length).toBeGreaterThan(0))

  it('that a release has run are never edited', async () => {
    const released = JSON.parse(read('migrations.json')) as MigrationHashes
    const today = await todaysMigrations()
    const edited = Object.entries(released).flatMap(([namespace, hashes]) =>
      hashes.flatMap((hash, index) =>
        today[namespace]?.[index] === hash
          ? []
          : [
              `migration ${index + 1} of "${namespace}" is not what it was when it was released. Files that have run it will ` +
                'never run it again: put it back as it was, and write the change as a further migration at the end of the list.',
            ],
      ),
    )
    expect(edited).toEqual([])
  })

  it('are all counted before a backup is restored', async () => {
    const counts = Object.entries(await todaysMigrations()).map(([namespace, hashes]) => [namespace, hashes.length])
    expect(await knownVersions()).toEqual(Object.fromEntries(counts))
  })
})
