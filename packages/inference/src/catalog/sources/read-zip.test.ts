import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeZip } from '../__fixtures__/zip.ts'
import { extractEntry } from './read-zip.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-zip-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const extract = async (
  zip: Buffer,
  entry: string,
  more: { maxBytes?: number; append?: boolean } = {},
): Promise<number> => {
  await writeFile(join(folder, 'a.zip'), zip)
  return await extractEntry({ archive: join(folder, 'a.zip'), entry, to: join(folder, 'out'), maxBytes: 1e6, ...more })
}

describe('extractEntry', () => {
  const bytes = randomBytes(200_000)

  it.each([true, false])('reads an entry (deflate %s) between others', async (deflate) => {
    const zip = makeZip([
      { name: 'a', bytes: Buffer.from('first') },
      { name: 'x/y.bin', bytes, deflate },
      { name: 'z', bytes: Buffer.from('last') },
    ])
    expect(await extract(zip, 'x/y.bin')).toBe(bytes.length)
    expect(await readFile(join(folder, 'out'))).toEqual(bytes)
  })

  it('appends', async () => {
    const zip = makeZip([
      { name: 'a', bytes: Buffer.from('one ') },
      { name: 'b', bytes: Buffer.from('two') },
    ])
    await extract(zip, 'a', { append: true })
    await extract(zip, 'b', { append: true })
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe('one two')
  })

  it('stops at the size that was expected, and at the size the archive claims', async () => {
    const big = Buffer.alloc(5_000_000)
    await expect(extract(makeZip([{ name: 'a', bytes: big }]), 'a')).rejects.toMatchObject({
      code: 'payload_too_large',
    })
    await expect(extract(makeZip([{ name: 'a', bytes: big, claimed: 1_000 }]), 'a')).rejects.toMatchObject({
      code: 'model_invalid',
    })
    await expect(extract(makeZip([{ name: 'a', bytes: Buffer.from('abc'), claimed: 9 }]), 'a')).rejects.toMatchObject({
      code: 'model_invalid',
    })
  })

  it('says what is not there', async () => {
    await expect(extract(makeZip([{ name: 'a', bytes }]), 'b')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('refuses damaged archives, wherever they are cut', async () => {
    const zip = makeZip([{ name: 'a', bytes: bytes.subarray(0, 500) }])
    for (let length = 0; length < zip.length; length += 7) {
      await expect(extract(zip.subarray(0, length), 'a')).rejects.toMatchObject({ code: 'model_invalid' })
    }
  })
})
