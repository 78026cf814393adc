import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identifyFile } from '@rt/node/files'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { loadUnchanged } from './load-unchanged.ts'

let path: string
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-stamp-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  path = join(folder, 'model.gguf')
  await writeFile(path, 'the right bytes')
  // A file system keeps time in steps of milliseconds: the next change shall fall into another one.
  const { changed } = (await identifyFile(path))!
  const probe = async (): Promise<bigint> => {
    await writeFile(`${path}.probe`, '')
    return BigInt((await identifyFile(`${path}.probe`))!.changed)
  }
  await expect.poll(probe, { interval: 1 }).toBeGreaterThan(BigInt(changed))
})

/** Other bytes of the same length and times under the same name. */
const replace = async (): Promise<void> => {
  const seconds = Number((await identifyFile(path))!.modified) / 1e9
  await writeFile(`${path}.new`, 'the wrong bytes')
  await utimes(`${path}.new`, seconds, seconds)
  await rename(`${path}.new`, path)
}

const attempt = async (options: { stamped?: boolean; before?: () => Promise<void>; during?: () => Promise<void> }) => {
  const stamp = options.stamped === false ? undefined : await identifyFile(path)
  await options.before?.()
  const seen: string[] = []
  const load = async (): Promise<string> => {
    seen.push('loaded')
    await options.during?.()
    return 'a model'
  }
  const discard = async (): Promise<void> => void seen.push('discarded')
  const result = await loadUnchanged({ model: 'tiny', files: [{ path, stamp }], load, discard }).catch(
    ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
  )
  return { result, seen }
}

const MISMATCH = expect.stringMatching(/^checksum_mismatch: model\.gguf of the model "tiny" was replaced or changed/)

test('a file that stays the same is loaded', async () => {
  expect(await attempt({})).toEqual({ result: 'a model', seen: ['loaded'] })
  expect(await attempt({ stamped: false })).toEqual({ result: 'a model', seen: ['loaded'] })
})

test('one that was replaced after its check is not loaded at all', async () => {
  expect(await attempt({ before: replace })).toEqual({ result: MISMATCH, seen: [] })
})

test('one that was written to in place is not either, whatever its time says', async () => {
  const before = async (): Promise<void> => {
    const seconds = Number((await identifyFile(path))!.modified) / 1e9
    await writeFile(path, 'the wrong bytes')
    await utimes(path, seconds, seconds)
  }
  expect(await attempt({ before })).toEqual({ result: MISMATCH, seen: [] })
})

test('what was loaded from one that was replaced meanwhile is freed, checked before or not', async () => {
  for (const stamped of [true, false]) {
    expect(await attempt({ stamped, during: replace })).toEqual({ result: MISMATCH, seen: ['loaded', 'discarded'] })
  }
})

test('swapping it there and back while it is loaded is noticed too', async () => {
  const during = async (): Promise<void> => {
    await rename(path, `${path}.old`)
    await writeFile(path, 'the wrong bytes')
    await rename(`${path}.old`, path)
  }
  expect(await attempt({ during })).toEqual({ result: MISMATCH, seen: ['loaded', 'discarded'] })
})

test('a missing file is for the loader to report', async () => {
  const discard = async (): Promise<void> => {}
  const load = async (): Promise<never> => {
    throw new Error('not there')
  }
  const files = [{ path: `${path}.none` }]
  await expect(loadUnchanged({ model: 'tiny', files, load, discard })).rejects.toThrow('not there')
})
