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
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  crc32,
  ensureFolder,
  freeBytes,
  hashFile,
  identifyFile,
  isSameFile,
  sha256File,
  writeFileAtomic,
} from './index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('writeFileAtomic replaces the whole file, private by default, and leaves nothing beside it', async () => {
  const path = join(folder, 'a.json')
  await writeFileAtomic(path, 'a long first version')
  await writeFileAtomic(path, new TextEncoder().encode('second'))
  expect(readFileSync(path, 'utf8')).toBe('second')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await writeFileAtomic(path, 'x', { mode: 0o400 })
  expect(statSync(path).mode & 0o777).toBe(0o400)
  expect(readdirSync(folder)).toEqual(['a.json'])
})

test('a writeFileAtomic that fails leaves nothing behind', async () => {
  mkdirSync(join(folder, 'taken'))
  await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toMatchObject({ name: 'RtError' })
  expect(readdirSync(folder)).toEqual(['taken'])
  await expect(writeFileAtomic(join(folder, 'no', 'a'), 'x')).rejects.toMatchObject({ code: 'not_found' })
})

test('sha256File gives the digest of all bytes, with progress, and stops when told', async () => {
  const path = join(folder, 'a')
  writeFileSync(path, 'abc')
  // FIPS 180-2, appendix B.1.
  expect(await sha256File(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')

  writeFileSync(path, new Uint8Array(2_500_000))
  const progress: [number, number][] = []
  await sha256File(path, { onProgress: (done, total) => progress.push([done, total]) })
  expect(progress.at(-1)).toEqual([2_500_000, 2_500_000])
  expect(progress.length).toBeGreaterThan(1)

  const stop = new AbortController()
  const stopped = sha256File(path, { signal: stop.signal, onProgress: () => stop.abort() })
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
  await expect(sha256File(join(folder, 'no'))).rejects.toMatchObject({ code: 'not_found' })
})

test('hashFile tells which file it read, so that another one under the name is noticed', async () => {
  const path = join(folder, 'model.gguf')
  writeFileSync(path, 'abc')
  const { sha256, identity } = await hashFile(path)
  expect(sha256).toBe(await sha256File(path))
  expect(isSameFile(identity, await identifyFile(path))).toBe(true)

  // Replaced by one of the same size and time.
  const { mtime } = statSync(path)
  writeFileSync(join(folder, 'evil'), 'xyz')
  utimesSync(join(folder, 'evil'), mtime, mtime)
  renameSync(join(folder, 'evil'), path)
  expect(isSameFile(identity, await identifyFile(path))).toBe(false)

  // Written in place, and the time set back.
  const second = await hashFile(path)
  writeFileSync(path, '123')
  utimesSync(path, mtime, mtime)
  expect(isSameFile(second.identity, await identifyFile(path))).toBe(false)
  rmSync(path)
  expect(await identifyFile(path)).toBeUndefined()
  expect(await identifyFile(join(path, 'inside'))).toBeUndefined()
  expect(await identifyFile(folder)).toBeUndefined()
})

test('hashFile refuses a file that changes, or is replaced, under its hands', async () => {
  const path = join(folder, 'model.gguf')
  const during = (change: () => void): Promise<unknown> => {
    writeFileSync(path, new Uint8Array(3_000_000))
    let changed = false
    const onProgress = (): void => {
      if (!changed) change()
      changed = true
    }
    return hashFile(path, { onProgress }).catch((error: unknown) => error)
  }
  const conflict = { code: 'conflict', message: expect.stringContaining('model.gguf was changed') as unknown }
  expect(await during(() => appendFileSync(path, 'more'))).toMatchObject(conflict)
  writeFileSync(join(folder, 'evil'), new Uint8Array(3_000_000))
  expect(await during(() => renameSync(join(folder, 'evil'), path))).toMatchObject(conflict)
  expect(await during(() => rmSync(path))).toMatchObject(conflict)
})

test('crc32 has the check value of its definition', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})

test('ensureFolder makes private folders and accepts existing ones', async () => {
  const path = join(folder, 'a', 'b')
  await ensureFolder(path)
  await ensureFolder(path)
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
  expect(statSync(path).mode & 0o777).toBe(0o700)
})

test('ensureFolder says at once what cannot be made', async () => {
  writeFileSync(join(folder, 'file'), '')
  await expect(ensureFolder(join(folder, 'file'))).rejects.toMatchObject({ name: 'RtError' })
  await expect(ensureFolder(join(folder, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'not_found' })
  // Only Linux has it.
  if (existsSync('/proc/self'))
    await expect(ensureFolder('/proc/no-such-process/a')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^no-such-process cannot be created/) as unknown,
    })
})

test('freeBytes is a number of bytes', async () => {
  expect(await freeBytes(folder)).toBeGreaterThan(0)
  await expect(freeBytes(join(folder, 'no'))).rejects.toMatchObject({ code: 'not_found' })
})
