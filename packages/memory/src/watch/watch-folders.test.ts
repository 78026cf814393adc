import fs from 'node:fs'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import { createFakeClock } from '@rt/core/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { makeFolder } from '../__fixtures__/open-temporary.ts'
import { watchFolders, type Watching, type WatchOptions } from './watch-folders.ts'

interface Calls {
  folder: string
  watching: Watching
  /** Resolves with the paths of the next call that was not taken yet. */
  next(): Promise<string[]>
  readonly count: number
}

/** @param inside what is watched in the folder; @param kind a file, a folder, or a link to one. Default: a file. */
const start = async (
  options: Partial<WatchOptions> = {},
  inside = '',
  kind: boolean | string = inside === '',
): Promise<Calls> => {
  const folder = await makeFolder()
  const path = join(folder, inside)
  await mkdir(kind === true ? path : dirname(path), { recursive: true })
  if (kind === false) await writeFile(path, '')
  else if (kind !== true) await symlink(kind, path)
  const calls: string[][] = []
  let wake = (): void => {}
  let count = 0
  const watching = await watchFolders(path, {
    settleMs: 30,
    onChange: (paths) => {
      count++
      calls.push(paths)
      wake()
    },
    ...options,
  })
  onTestFinished(() => watching[Symbol.asyncDispose]())
  return {
    folder,
    watching,
    get count() {
      return count
    },
    async next() {
      while (calls.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return calls.shift()!
    },
  }
}

it('tells of new, changed, replaced and deleted files, also in new folders', async () => {
  const { folder, next } = await start()
  const file = join(folder, 'a.md')
  await writeFile(file, 'one')
  expect(await next()).toEqual([folder])
  await writeFile(file, 'two')
  await next()
  // As editors save.
  await writeFile(join(folder, 'a.md.new'), 'three')
  await rename(join(folder, 'a.md.new'), file)
  await next()
  await writeFile(file, 'four')
  await next()
  await mkdir(join(folder, 'deep'))
  await next()
  await writeFile(join(folder, 'deep', 'b.md'), 'one')
  await next()
  await rm(join(folder, 'deep'), { recursive: true })
  await next()
  await rm(file)
  await next()
})

it('asks about the whole path of what changed', async () => {
  const asked: string[] = []
  const { folder, next } = await start({ accept: (path) => asked.push(path) > 0 })
  await writeFile(join(folder, 'a.md'), 'one')
  await next()
  expect(asked).toContain(join(folder, 'a.md'))
})

it('tells of accepted files in folders that are moved in, and of folders that are moved out', async () => {
  const { folder, next } = await start({ accept: (path) => path.endsWith('.md') })
  const away = await makeFolder()
  await mkdir(join(away, 'docs', 'deep'), { recursive: true })
  await writeFile(join(away, 'docs', 'deep', 'a.md'), 'one')
  await rename(join(away, 'docs'), join(folder, 'docs'))
  expect(await next()).toEqual([folder])
  await rename(join(folder, 'docs'), join(away, 'docs'))
  await next()
})

it('goes on when its folder is replaced, moved away, or gone for a while', async () => {
  const { folder, next } = await start({}, 'docs', true)
  const docs = join(folder, 'docs')
  const change = async (): Promise<void> => {
    await mkdir(join(docs, 'deep'), { recursive: true })
    await next()
    await writeFile(join(docs, 'deep', 'a.md'), '')
    await next()
  }
  await change()
  await rm(docs, { recursive: true })
  await mkdir(docs)
  await next()
  await change()
  await rename(docs, join(folder, 'other'))
  await next()
  await mkdir(docs)
  await next()
  await change()
  await rm(docs, { recursive: true })
  await next()
  await mkdir(docs)
  await next()
  await change()
})

it('goes on with a file whose folder is replaced', async () => {
  const { folder, next } = await start({}, join('docs', 'a.md'))
  await rm(join(folder, 'docs'), { recursive: true })
  await next()
  await mkdir(join(folder, 'docs'))
  await next()
  await writeFile(join(folder, 'docs', 'a.md'), 'two')
  await next()
})

it('follows a link that is turned to another folder', async () => {
  const [one, two] = [await makeFolder(), await makeFolder()]
  const { folder, next } = await start({}, 'docs', one)
  await symlink(two, join(folder, 'new'))
  await rename(join(folder, 'new'), join(folder, 'docs'))
  await next()
  await writeFile(join(two, 'a.md'), '')
  await next()
})

it('ends with not_found when the folder above is gone too, or what a link leads to', async () => {
  const { folder, watching } = await start({}, join('project', 'docs'), true)
  await rm(join(folder, 'project'), { recursive: true })
  await expect(watching.ended).rejects.toMatchObject({ code: 'not_found' })
  const target = await makeFolder()
  const linked = await start({}, 'docs', target)
  await rm(target, { recursive: true })
  await expect(linked.watching.ended).rejects.toMatchObject({ code: 'not_found' })
})

it('looks at what changed, not at all that is beside it', async () => {
  const { folder, next } = await start()
  for (let index = 0; index < 300; index++) await writeFile(join(folder, `${index}.md`), '')
  await next()
  const read = vi.spyOn(fs, 'readdirSync')
  syncBuiltinESMExports()
  onTestFinished(() => {
    read.mockRestore()
    syncBuiltinESMExports()
  })
  await writeFile(join(folder, 'a.md'), '')
  await next()
  expect(read).not.toHaveBeenCalled()
})

it('watches one file through its being replaced, and not its neighbours', async () => {
  const { folder, next } = await start({}, 'a.md')
  for (const content of ['one', 'two']) {
    await writeFile(join(folder, 'other.md'), content)
    await writeFile(join(folder, 'a.new'), content)
    await rename(join(folder, 'a.new'), join(folder, 'a.md'))
    expect(await next()).toEqual([join(folder, 'a.md')])
  }
})

it('waits until nothing changes any more, and leaves out what is not ingested', async () => {
  const clock = createFakeClock()
  const calls = await start({ clock, settleMs: 300 })
  await mkdir(join(calls.folder, 'node_modules'))
  await writeFile(join(calls.folder, '.swap'), '')
  await writeFile(join(calls.folder, 'a.md'), 'one')
  await vi.waitFor(() => expect(clock.sleeping).toBe(1))
  await clock.advance(299)
  expect(calls.count).toBe(0)
  await clock.advance(1)
  while (calls.count === 0) {
    await vi.waitFor(() => expect(clock.sleeping + calls.count).toBeGreaterThan(0))
    await clock.advance(300)
  }
  expect(await calls.next()).toEqual([calls.folder])
})

it('calls once at a time, and once more for what changed meanwhile', async () => {
  let inside = 0
  let most = 0
  let count = 0
  const gate = Promise.withResolvers<void>()
  const again = Promise.withResolvers<void>()
  const { folder } = await start({
    onChange: async () => {
      most = Math.max(most, ++inside)
      if (++count === 1) {
        await writeFile(join(folder, 'b.md'), '')
        await gate.promise
      } else again.resolve()
      inside--
    },
  })
  await writeFile(join(folder, 'a.md'), '')
  await vi.waitFor(() => expect(count).toBe(1))
  await writeFile(join(folder, 'c.md'), '')
  gate.resolve()
  await again.promise
  expect(most).toBe(1)
})

it('ends by its signal, by disposing, and with what the call throws', async () => {
  const controller = new AbortController()
  const first = await start({ signal: controller.signal })
  controller.abort()
  await first.watching.ended
  const second = await start()
  await second.watching[Symbol.asyncDispose]()
  await second.watching.ended
  const third = await start({ onChange: () => Promise.reject(new RangeError('no')) })
  await writeFile(join(third.folder, 'a.md'), '')
  await expect(third.watching.ended).rejects.toThrow('no')
})

it('refuses what is not there', async () => {
  await expect(
    start({}, undefined).then(({ folder }) => watchFolders(join(folder, 'none'), { onChange() {} })),
  ).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(watchFolders('.', { onChange() {}, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  })
})
