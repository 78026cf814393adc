import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type GgufInput, number, text, writeGguf } from './__fixtures__/write-gguf.ts'
import { type GgufModelFiles, readGgufModel } from './read-gguf-model.ts'
import { parseSplitName } from './split-name.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-split-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

const nameOf = (part: number): string => `m-0000${part}-of-00003.gguf`

const part = (number_: number, { count = 3, tensors = 3 } = {}): Buffer =>
  writeGguf({
    metadata: [
      ...((number_ === 1 ? [['general.architecture', text('llama')]] : []) as NonNullable<GgufInput['metadata']>),
      ['split.no', number(number_ - 1)],
      ['split.count', number(count)],
      ['split.tensors.count', number(tensors)],
    ],
    tensors: [{ name: `w${number_}`, dimensions: [64], type: 0, offset: 0 }],
    data: 256,
  })

const put = async (parts: Record<string, Buffer>): Promise<void> => {
  for (const [name, bytes] of Object.entries(parts)) await writeFile(join(folder, name), bytes)
}
const whole = { [nameOf(1)]: part(1), [nameOf(2)]: part(2), [nameOf(3)]: part(3) }
const read = (name = nameOf(1)): Promise<GgufModelFiles> => readGgufModel(join(folder, name))

test('a model in three files is one model', async () => {
  await put(whole)
  const { header, paths, bytes } = await read()
  expect(header).toMatchObject({ tensors: 3, parameters: 192, dominantType: 'F32' })
  expect(paths).toEqual([1, 2, 3].map((n) => join(folder, nameOf(n))))
  expect(bytes).toBe(Object.values(whole).reduce((sum, one) => sum + one.length, 0))
})

test('a whole file is itself', async () => {
  await put({ 'm.gguf': writeGguf() })
  expect((await read('m.gguf')).paths).toEqual([join(folder, 'm.gguf')])
})

test.each<[string, Record<string, Buffer>, string]>([
  [
    'a missing part',
    { [nameOf(1)]: part(1), [nameOf(3)]: part(3) },
    `${nameOf(2)} is not a usable GGUF file: it is missing`,
  ],
  ['a part of another set', { ...whole, [nameOf(2)]: part(2, { count: 4 }) }, nameOf(2)],
  ['a part twice', { ...whole, [nameOf(3)]: part(2) }, nameOf(3)],
  ['another part in the place of the first', { ...whole, [nameOf(1)]: part(2) }, nameOf(1)],
  ['a cut part', { ...whole, [nameOf(3)]: part(3).subarray(0, -1) }, `${nameOf(3)} is not a usable GGUF file`],
  ['too few tensors', { ...whole, [nameOf(1)]: part(1, { tensors: 4 }) }, '3 tensors instead of 4'],
  ['a whole file under the name of a part', { ...whole, [nameOf(1)]: writeGguf() }, 'it is whole'],
])('%s is refused by name', async (_, parts, message) => {
  await put(parts)
  await expect(read()).rejects.toMatchObject({ code: 'model_invalid', message: expect.stringContaining(message) })
})

test('a later part names the first, and a part under another name is told what names parts have', async () => {
  await put(whole)
  await expect(read(nameOf(2))).rejects.toMatchObject({ hint: `Name the first: ${nameOf(1)}` })
  await rename(join(folder, nameOf(1)), join(folder, 'm.gguf'))
  await expect(read('m.gguf')).rejects.toMatchObject({ hint: expect.stringContaining('name-00001-of-00003.gguf') })
})

test('names of parts', () => {
  expect(parseSplitName('/a/b/m-00002-of-00010.gguf')).toMatchObject({ part: 2, count: 10 })
  for (const name of [
    'm.gguf',
    'm-00000-of-00003.gguf',
    'm-00004-of-00003.gguf',
    'm-00001-of-99999.gguf',
    'm-1-of-3.gguf',
  ])
    expect(parseSplitName(name)).toBeUndefined()
})
