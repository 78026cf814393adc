import { RtError } from '@rt/core'
import type { ResolvedModel } from '@rt/inference/catalog'
import { expect, it } from 'vitest'
import { createCandidates } from './candidates.ts'
import type { LocalModels } from './local-models.ts'
import type { RemoteModels } from './remote-models.ts'

const setUp = ({ installed = [] as string[], fetchable = [] as string[], download = true, chosen = true } = {}) => {
  const fetched: string[] = []
  const resolved = (name: string) => ({ entry: { name } }) as ResolvedModel
  const local = {
    catalog: {
      find: () => undefined,
      notFound: async (name: string) => new RtError({ code: 'model_not_found', message: `no ${name}` }),
    },
    locate: async (name: string) => (installed.includes(name) ? resolved(name) : undefined),
    fetch: async (name: string) => {
      fetched.push(name)
      if (!fetchable.includes(name)) throw new RtError({ code: 'download_failed', message: name })
      return resolved(name)
    },
  } as unknown as Pick<LocalModels, 'catalog' | 'locate' | 'fetch'>
  const remotes = {
    find: (name: string) => (name.startsWith('cloud/') ? { id: name } : undefined),
    listed: () => [],
  } as unknown as RemoteModels
  const candidates = createCandidates({
    settings: { download },
    local,
    remotes,
    isChosen: () => chosen,
    elsewhere: () => ({ ids: ['anthropic'], names: [] }),
    signal: new AbortController().signal,
  })
  const of = async (...names: string[]): Promise<string[]> =>
    (await candidates.of(names, 'chat')).map((one) =>
      one.at === 'here' ? one.found.entry.name : one.at === 'absent' ? `absent ${one.name}` : one.remote.id,
    )
  return { of, candidates, fetched }
}

it('prefers what is installed to what has to be fetched, in order', async () => {
  const { of, fetched } = setUp({ installed: ['b', 'c'] })
  expect(await of('a', 'b', 'c')).toEqual(['b', 'c'])
  expect(await of('a', 'b', 'cloud/x')).toEqual(['b', 'cloud/x'])
  expect(fetched).toEqual([])
})

it('fetches the first that can be when nothing is there', async () => {
  const { of, fetched } = setUp({ fetchable: ['b'] })
  expect(await of('a', 'b')).toEqual(['b'])
  expect(fetched).toEqual(['a', 'b'])
  await expect(of('a')).rejects.toMatchObject({ code: 'download_failed' })
})

it('does not let a remote model answer because a file listed before it is not here yet', async () => {
  const { of, candidates } = setUp({ fetchable: ['a'] })
  expect(await of('a', 'cloud/x')).toEqual(['absent a', 'cloud/x'])
  expect(await of('cloud/x', 'a')).toEqual(['cloud/x'])
  const [absent] = await candidates.of(['a', 'cloud/x'], 'chat')
  expect(await (absent as { fetch(): Promise<ResolvedModel> }).fetch()).toMatchObject({ entry: { name: 'a' } })
})

it('does not try at each request what could not be fetched', async () => {
  const { candidates, fetched } = setUp()
  for (let i = 0; i < 3; i++) {
    const [absent] = await candidates.of(['a', 'cloud/x'], 'chat')
    await expect((absent as { fetch(): Promise<ResolvedModel> }).fetch()).rejects.toMatchObject({
      code: 'download_failed',
    })
  }
  expect(fetched).toEqual(['a'])
})

it('fetches nothing that a request made up, and nothing at all when that is off', async () => {
  const made = setUp({ fetchable: ['a'], chosen: false })
  await expect(made.of('a')).rejects.toMatchObject({ code: 'model_not_found' })
  expect(await made.of('a', 'cloud/x')).toEqual(['cloud/x'])
  const off = setUp({ fetchable: ['a'], download: false })
  const [absent] = await off.candidates.of(['a', 'cloud/x'], 'chat')
  await expect((absent as { fetch(): Promise<ResolvedModel> }).fetch()).rejects.toMatchObject({
    code: 'model_not_found',
    hint: expect.stringContaining('rt pull a'),
  })
  expect([made.fetched, off.fetched]).toEqual([[], []])
})

it('says of a name that nothing here has which model elsewhere was meant', async () => {
  const { of } = setUp({ download: false })
  await expect(of('claude-sonnet-4-5')).rejects.toMatchObject({
    code: 'model_not_found',
    hint: expect.stringContaining('Did you mean anthropic/claude-sonnet-4-5?'),
  })
})
