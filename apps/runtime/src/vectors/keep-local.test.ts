import { createSqliteStore } from '@rt/vector'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createKeepLocal } from './keep-local.ts'
import { isElsewhere } from './place.ts'

it('gives a store elsewhere nothing that is local-only', async () => {
  await using folder = await temporaryFolder()
  await using store = createKeepLocal(await createSqliteStore({ path: join(folder.path, 'a.db') }))
  const collection = await store.collection('a')
  const secret = { id: 's', metadata: { label: 'local-only' } }
  const refused = { code: 'local_only', data: { store: 'sqlite' } }
  await collection.upsert([{ id: 'a', metadata: { label: 'urgent' } }])
  await expect(collection.upsert([{ id: 'b' }, secret])).rejects.toMatchObject(refused)
  async function* records() {
    yield secret
  }
  await expect(collection.upsert(records())).rejects.toMatchObject(refused)
  await expect(collection.update([{ id: 'a', set: { label: 'local-only' } }])).rejects.toMatchObject(refused)
  const { records: kept } = await collection.scroll()
  expect(kept).toMatchObject([{ id: 'a', metadata: { label: 'urgent' } }])
})

it.each<[Parameters<typeof isElsewhere>[0], boolean]>([
  [{ store: 'sqlite' }, false],
  [{ store: 'sqlite', url: '/srv/a.db' }, false],
  [{ store: 'lancedb' }, false],
  [{ store: 'lancedb', url: '/srv/vectors' }, false],
  [{ store: 'lancedb', url: String.raw`C:\vectors` }, false],
  [{ store: 'lancedb', url: 'file:///srv/vectors' }, false],
  [{ store: 'lancedb', url: 's3://bucket/vectors' }, true],
  [{ store: 'lancedb', url: 'db://project' }, true],
  [{ store: 'pgvector', url: 'postgres://me:p@127.0.0.1:5432/rt' }, false],
  [{ store: 'pgvector', url: 'postgresql://localhost/rt' }, false],
  [{ store: 'pgvector', url: 'postgres:///rt?host=/var/run/postgresql' }, false],
  [{ store: 'pgvector', url: 'postgres:///rt' }, true],
  [{ store: 'pgvector', url: 'postgres://localhost/rt?host=db.example.org' }, true],
  [{ store: 'pgvector', url: 'postgres://db.example.org/rt' }, true],
  [{ store: 'qdrant', url: 'http://[::1]:6333' }, false],
  [{ store: 'qdrant', url: 'https://qdrant.example.org' }, true],
  [{ store: 'qdrant' }, true],
])('knows whether %j is elsewhere: %s', (place, elsewhere) => {
  expect(isElsewhere(place)).toBe(elsewhere)
})
