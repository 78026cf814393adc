import { describe, expect, it } from 'vitest'
import { temporaryFile } from './__fixtures__/open-temporary.ts'
import { aliasesConformance } from './conformance/aliases.ts'
import { collectionsConformance } from './conformance/collections.ts'
import { type ConformanceSubject, createKit } from './conformance/kit.ts'
import { scrollConformance } from './conformance/scroll.ts'
import { createSqliteStore, withNamespace } from './index.ts'

const stamp = { dimensions: 3, metric: 'cosine', fingerprint: 'test/3' } as const

describe('withNamespace', () => {
  it('keeps tenants apart, whatever they are called', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const names = ['a', 'a:b', 'a%3Ab', 'b', 'tenant:a:', '../a', 'Ä', '%']
    for (const name of names) {
      const tenant = withNamespace(store, name)
      await (await tenant.collection('notes', stamp)).upsert([{ id: name, text: 'apple' }])
      await (await tenant.collection(':b:notes')).upsert([{ id: 'other' }])
    }
    expect(await store.list()).toHaveLength(2 * names.length)
    for (const name of names) {
      const tenant = withNamespace(store, name)
      expect((await tenant.list()).map((info) => info.name)).toEqual([':b:notes', 'notes'])
      const notes = await tenant.collection('notes')
      expect(notes.name).toBe('notes')
      expect((await notes.search({ text: 'apple' })).map(({ id }) => id)).toEqual([name])
    }
  })

  it('has aliases, errors and descriptions of its own', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const one = withNamespace(store, 'one')
    const two = withNamespace(store, 'two')
    const notes = await one.collection('notes', stamp)
    await one.alias({ live: 'notes' })
    expect(await notes.describe()).toMatchObject({ name: 'notes', aliases: ['live'] })
    expect((await one.collection('live')).name).toBe('notes')
    expect(await two.list()).toEqual([])
    await expect(two.alias({ live: 'notes' })).rejects.toMatchObject({ code: 'not_found' })
    expect(await two.drop('notes')).toBe(false)
    const error = await one.collection('notes', { ...stamp, dimensions: 9 }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'stamp_mismatch', data: { collection: 'notes' } })
    expect(`${(error as Error).message} ${(error as { hint?: string }).hint}`).not.toContain('tenant:')
    expect(() => withNamespace(store, '')).toThrow('tenant')
    await expect(one.collection('')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(one.snapshot('/nowhere')).rejects.toMatchObject({ code: 'unsupported' })
    await one[Symbol.asyncDispose]()
    expect(await two.list()).toEqual([])
  })
})

// One tenant's view is a store like any other: what names have a part in, once more.
const create: ConformanceSubject['create'] = async ({ clock }) => {
  const file = temporaryFile()
  const store = await createSqliteStore({ path: file.path, clock })
  await (await store.collection('things')).upsert([{ id: 'of somebody else', text: 'winter apple' }])
  const tenant = withNamespace(store, 'one')
  return {
    ...tenant,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      file[Symbol.dispose]()
    },
  }
}
describe('a tenant', () => {
  const kit = createKit({ name: 'a tenant', create }, { describe, it, expect })
  collectionsConformance(kit)
  aliasesConformance(kit)
  scrollConformance(kit)
})
