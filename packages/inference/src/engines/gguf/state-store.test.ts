import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nativeState } from './__fixtures__/native-state.ts'
import { openState, sealState, widenState } from './state-file.ts'
import { listStates, statePath } from './state-names.ts'
import { createStateStore, type SaveOptions, type StateStore } from './state-store.ts'
import type { StateWork } from './state-work.ts'

const MODEL = 'a'.repeat(64)
const OTHER_MODEL = 'b'.repeat(64)
const TOKENS = Array.from({ length: 200 }, (_, i) => i + 1000)
const thread = { principal: 'ada', thread: 'thread-1' }

let folder: string
let clock: number
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'rt-states-')), 'kv')
  clock = 1e12
})
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }))

/** The same work without a thread. */
const work: StateWork = {
  seal: async (options) => {
    try {
      return sealState(options)
    } catch {
      return false
    }
  },
  open: async (path, sequences) => {
    try {
      return openState(path, sequences)
    } catch {
      return false
    }
  },
}
const openStore = (most = 1e6, doing = work): StateStore =>
  createStateStore({ folder, most, work: doing, now: () => (clock += 1000) })
const save = (
  store: StateStore,
  name = thread,
  { native = nativeState(TOKENS), ...options }: Partial<SaveOptions> & { native?: Buffer } = {},
) =>
  store.save(name, {
    model: MODEL,
    exact: 128,
    sequences: 1,
    bytes: native.length,
    write: (path) => writeFile(path, native),
    ...options,
  })
/** Reads it into a context of that many sequences: the file that native code is given, as it is then. */
const load = async (store: StateStore, sequences = 1, good = true): Promise<Buffer | undefined> => {
  const found = store.find(thread, MODEL, sequences)
  let read: Buffer | undefined
  if (!found) return undefined
  const done = await store.load(found, sequences, async (file) => {
    read = readFileSync(file)
    expect(existsSync(path())).toBe(false)
    return good
  })
  expect(done).toBe(good && read !== undefined)
  return read
}
const path = (): string => statePath(folder, thread, MODEL)

test('what was saved is found by a later process, and tells neither whose it is nor of what', async () => {
  expect(await save(openStore())).toBe(true)
  expect(listStates(folder)).toEqual([path()])
  expect(path()).not.toMatch(/ada|thread/)
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(path())).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])

  const store = openStore()
  const found = store.find(thread, MODEL, 1)!
  expect(found).toMatchObject({ tokens: TOKENS, exact: 128 })
  expect((await load(store))?.subarray(0, nativeState(TOKENS).length).equals(nativeState(TOKENS))).toBe(true)
  expect(listStates(folder)).toEqual([path()])
  expect(store.state(MODEL)).toEqual({ threads: 1, bytes: statSync(path()).size })
  expect(store.state(OTHER_MODEL)).toEqual({ threads: 0, bytes: 0 })
})

describe('a state of an ordinary cache', () => {
  for (const transposed of [false, true])
    for (const [count, place] of [
      [1, 0],
      [4, 0],
      [4, 2],
      [4, 3],
    ] as const)
      test(`of sequence ${place} of ${count}, values ${transposed ? 'transposed' : 'as they are'}, fits any context`, async () => {
        const store = openStore()
        await save(store, thread, { native: nativeState(TOKENS, { count, place, transposed }), sequences: count })
        for (const into of [1, 2, 8, 256]) {
          const expected = nativeState(TOKENS, { count: into, id: place, transposed })
          expect((await load(store, into))?.subarray(0, expected.length).equals(expected)).toBe(true)
        }
      })

  test('of a context with one is widened in place', () => {
    const file = join(dirname(folder), 'native')
    writeFileSync(file, nativeState(TOKENS))
    expect(widenState(file, 1)).toBe(true)
    expect(widenState(file, 3)).toBe(true)
    expect(readFileSync(file).equals(nativeState(TOKENS, { count: 3 }))).toBe(true)
    // Not a second time, and not what is laid out in another way.
    expect(widenState(file, 5)).toBe(false)
  })
})

test('a state that cannot be taken apart fits contexts of its own size only', async () => {
  const native = Buffer.concat([nativeState(TOKENS, { count: 4, place: 1 }), Buffer.from('more')])
  const store = openStore()
  await save(store, thread, { native, sequences: 4 })
  expect(store.find(thread, MODEL, 1)).toBeUndefined()
  expect((await load(store, 4))?.subarray(0, native.length).equals(native)).toBe(true)
})

describe('it is deleted and not used', () => {
  const flips = ['a number', 'a token', 'the note', 'the hash', 'the mark'] as const
  for (const where of flips)
    test(`when a byte of ${where} was flipped`, async () => {
      await save(openStore())
      const bytes = readFileSync(path())
      const end = bytes.length
      const at = {
        'a number': end >> 1,
        'a token': 20,
        'the note': end - 60,
        'the hash': end - 30,
        'the mark': end - 1,
      }
      bytes[at[where]] = bytes[at[where]]! ^ 1
      writeFileSync(path(), bytes)
      const store = openStore()
      expect(await load(store)).toBeUndefined()
      expect(existsSync(path())).toBe(false)
      expect(store.find(thread, MODEL, 1)).toBeUndefined()
      expect(store.state(MODEL).threads).toBe(0)
    })

  for (const size of [0, 3, 40, 500, -1])
    test(`when it was cut to ${size < 0 ? 'all but one' : size} bytes`, async () => {
      await save(openStore())
      truncateSync(path(), size < 0 ? statSync(path()).size - 1 : size)
      const store = openStore()
      expect(store.find(thread, MODEL, 1)).toBeUndefined()
      expect(existsSync(path())).toBe(false)
    })

  test('when something was added', async () => {
    await save(openStore())
    appendFileSync(path(), 'x')
    expect(openStore().find(thread, MODEL, 1)).toBeUndefined()
    expect(existsSync(path())).toBe(false)
  })

  test('when it is that of another model, principal or thread under its name', async () => {
    const others = [
      [{ ...thread }, { model: OTHER_MODEL }],
      [{ ...thread, principal: 'eve' }, {}],
      [{ ...thread, thread: 'thread-2' }, {}],
    ] as const
    for (const [name, options] of others) {
      await save(openStore(), name, options)
      const [other = ''] = listStates(folder)
      mkdirSync(dirname(path()), { recursive: true })
      renameSync(other, path())
      const store = openStore()
      expect(store.find(thread, MODEL, 1)).toBeUndefined()
      expect(existsSync(path())).toBe(false)
    }
  })
})

test('what native code cannot read is deleted', async () => {
  const store = openStore()
  await save(store)
  await load(store, 1, false)
  expect(listStates(folder)).toEqual([])
  expect(store.find(thread, MODEL, 1)).toBeUndefined()
})

test('what ends the process that reads it is not read a second time', async () => {
  const store = openStore()
  await save(store)
  void store.load(store.find(thread, MODEL, 1)!, 1, () => new Promise(() => {}))
  await new Promise((resolve) => setImmediate(resolve))
  expect(openStore().find(thread, MODEL, 1)).toBeUndefined()
})

test('what is deleted while it is read does not come back, nor over a newer one', async () => {
  const store = openStore()
  await save(store)
  const during = (work: () => unknown) =>
    store.load(store.find(thread, MODEL, 1)!, 1, async () => {
      await work()
      return true
    })
  await during(() => store.forget(thread))
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(listStates(folder)).toEqual([])
  await save(store)
  const newer = nativeState(TOKENS, { fill: 9 })
  await during(() => save(store, thread, { native: newer }))
  expect((await load(store))?.subarray(0, newer.length).equals(newer)).toBe(true)
})

test('another principal, thread or model finds nothing', async () => {
  const store = openStore()
  await save(store)
  expect(store.find({ ...thread, principal: 'eve' }, MODEL, 1)).toBeUndefined()
  expect(store.find({ ...thread, thread: 'thread-2' }, MODEL, 1)).toBeUndefined()
  expect(store.find(thread, OTHER_MODEL, 1)).toBeUndefined()
  expect(store.find(thread, MODEL, 1)).toBeDefined()
})

describe('the budget', () => {
  const named = (n: number) => ({ principal: 'ada', thread: `thread-${n}` })
  const size = async (): Promise<number> => {
    await save(openStore())
    const bytes = statSync(path()).size
    rmSync(folder, { recursive: true })
    return bytes
  }

  test('is kept by deleting what was used least recently, also over a restart', async () => {
    const one = await size()
    const store = openStore(2.5 * one)
    await save(store, named(1))
    await save(store, named(2))
    await store.load(store.find(named(1), MODEL, 1)!, 1, async () => true)
    await save(store, named(3))
    const there = (at: StateStore) => [1, 2, 3].filter((n) => at.find(named(n), MODEL, 1))
    expect(there(store)).toEqual([1, 3])
    expect(there(openStore(2.5 * one))).toEqual([1, 3])
    // A smaller one, at the next start.
    expect(there(openStore(1.5 * one))).toEqual([3])
  })

  test('is no reason to delete others for a newer state of the same thread', async () => {
    const one = await size()
    const store = openStore(2.5 * one)
    await save(store, named(1))
    await save(store, named(2))
    await save(store, named(2))
    expect(store.state(MODEL).threads).toBe(2)
  })

  test('refuses what is larger than all of it, before it is written and after', async () => {
    const one = await size()
    const store = openStore(one / 2)
    const written: string[] = []
    const write = async (to: string): Promise<void> => {
      written.push(to)
      await writeFile(to, nativeState(TOKENS))
    }
    expect(await save(store, thread, { write })).toBe(false)
    expect(written).toEqual([])
    expect(await save(store, thread, { write, bytes: 1 })).toBe(false)
    expect(listStates(folder)).toEqual([])
  })
})

describe('a process that was killed while it saved', () => {
  const killed = { ...work, seal: () => Promise.reject(new Error('killed')) }

  test('before the rename leaves the state before, whole', async () => {
    await save(openStore())
    const before = readFileSync(path())
    expect(await save(openStore(1e6, killed), thread, { native: nativeState(TOKENS, { fill: 9 }) })).toBe(false)
    expect(readFileSync(path()).equals(before)).toBe(true)
    const store = openStore()
    expect(await load(store)).toEqual(before)
  })

  test('leaves files that the next one deletes; those of a process that lives stay', () => {
    mkdirSync(folder)
    // No process has so large a number.
    for (const pid of [process.ppid, 2 ** 22 + 1]) writeFileSync(join(folder, `.${pid}-x.tmp`), 'half')
    openStore()
    expect(readdirSync(folder)).toEqual([`.${process.ppid}-x.tmp`])
  })

  test('in mid-write leaves nothing under the name', async () => {
    const store = openStore()
    const write = async (to: string): Promise<void> => {
      await writeFile(to, nativeState(TOKENS).subarray(0, 100))
      throw new Error('disk full')
    }
    expect(await save(store, thread, { write })).toBe(false)
    expect(readdirSync(folder)).toEqual([])
    expect(store.find(thread, MODEL, 1)).toBeUndefined()
  })
})

test('a thread is deleted with all models, a principal with all threads', async () => {
  const store = openStore()
  await save(store)
  await save(store, thread, { model: OTHER_MODEL })
  await save(store, { ...thread, thread: 'thread-2' })
  await save(store, { ...thread, principal: 'eve' })
  await save(store, { ...thread, thread: 'Zoe\u0308' }, { model: OTHER_MODEL })
  store.forget({ ...thread, thread: 'Zo\u00EB' })
  store.forget(thread)
  expect([store.state(MODEL).threads, store.state(OTHER_MODEL).threads]).toEqual([2, 0])
  expect(listStates(folder)).toHaveLength(2)
  store.forget({ principal: 'ada' })
  expect(listStates(folder)).toEqual([statePath(folder, { ...thread, principal: 'eve' }, MODEL)])
})

test('a thread that is forgotten while it is saved is not there afterwards', async () => {
  const store = openStore()
  const write = async (to: string): Promise<void> => {
    await writeFile(to, nativeState(TOKENS))
    store.forget(thread)
  }
  await save(store, thread, { write })
  expect(listStates(folder)).toEqual([])
  expect(store.state(MODEL).threads).toBe(0)
})

test('times of files order them at the next start', async () => {
  const store = openStore()
  await save(store)
  await save(store, { ...thread, thread: 'thread-2' })
  const bytes = statSync(path()).size
  utimesSync(path(), 2e9, 2e9)
  const next = openStore(1.5 * bytes)
  expect(next.find(thread, MODEL, 1)).toBeDefined()
  expect(next.state(MODEL).threads).toBe(1)
})

test('what cannot be deleted keeps nobody from an answer', async () => {
  await save(openStore())
  const file = path()
  mkdirSync(join(folder, '.999999999-a.tmp'))
  const store = openStore()
  const found = store.find(thread, MODEL, 1)!
  rmSync(file)
  mkdirSync(file)
  expect(await store.load(found, 1, async () => true)).toBe(false)
  expect(store.find(thread, MODEL, 1)).toBeUndefined()
  expect(openStore(1).state(MODEL).threads).toBe(0)
})
