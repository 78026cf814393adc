import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RtError } from '@rt/core'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type GgufInput, list, number, text, texts, u32, u64, writeGguf } from './__fixtures__/write-gguf.ts'
import { type GgufHeader, readGgufHeader } from './read-gguf-header.ts'
import { summarizeGguf } from './summarize-gguf.ts'

let path: string
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-gguf-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  path = join(folder, 'model.gguf')
})

const read = async (bytes: Buffer): Promise<GgufHeader> => {
  await writeFile(path, bytes)
  return await readGgufHeader(path)
}

const F32 = 0
const Q4_1 = 3
const GOOD: GgufInput = {
  metadata: [
    ['general.architecture', text('llama')],
    ['general.file_type', number(3)],
    ['llama.context_length', number(2048)],
    ['llama.embedding_length', number(64)],
    ['llama.block_count', number(2)],
    ['llama.attention.head_count_kv', list(4, 2, Buffer.concat([u32(1), u32(2)]))],
    ['tokenizer.ggml.tokens', texts(Array.from({ length: 60_000 }, (_, i) => `token ${i}`))],
    ['tokenizer.ggml.scores', list(6, 60_000, Buffer.alloc(240_000))],
    ['tokenizer.chat_template', text('{{ messages }}')],
  ],
  tensors: [
    { name: 'token_embd.weight', dimensions: [64, 100], type: Q4_1, offset: 0 },
    { name: 'norm.weight', dimensions: [64], type: F32, offset: 4000 },
  ],
  data: 4256,
}
const tensor = { name: 'w', dimensions: [64] as (number | bigint)[], type: F32, offset: 0 as number | bigint }

test('what a file says of itself', async () => {
  const header = await read(writeGguf(GOOD))
  expect(header).toMatchObject({ version: 3, tensors: 2, parameters: 6464, dominantType: 'Q4_1' })
  expect(header.metadata.get('llama.attention.head_count_kv')).toEqual([1, 2])
  expect(header.metadata.has('tokenizer.ggml.tokens')).toBe(false)
  expect(summarizeGguf(header)).toEqual({
    architecture: 'llama',
    parameters: 6464,
    quantization: 'Q4_1',
    contextTokens: 2048,
    embeddingLength: 64,
    layers: 2,
    templateHash: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
  expect(summarizeGguf(await read(writeGguf()))).toEqual({ parameters: 0 })
})

const long = 'k'.repeat(100)
const BROKEN: Record<string, Buffer | GgufInput> = {
  'an empty file': Buffer.alloc(0),
  'a few bytes': Buffer.from('GGUF'),
  text: Buffer.from('version https://git-lfs.github.com/spec/v1\n'.repeat(4)),
  'version 1': { version: 1 },
  'version 4': { version: 4 },
  'big-endian': { version: 0x03000000 },
  '2^62 metadata entries': { pairCount: 2n ** 62n },
  '2^62 tensors': { tensorCount: 2n ** 62n },
  '2^64 - 1 of both': { tensorCount: 2n ** 64n - 1n, pairCount: 2n ** 64n - 1n },
  'a million entries that are not there': { pairCount: 1_000_000n },
  'one entry that is not there': { pairCount: 1n },
  'one tensor that is not there': { tensorCount: 1n },
  'a name of 2^61 bytes': Buffer.concat([writeGguf({ pairCount: 1n }), u64(2n ** 61n), Buffer.alloc(64)]),
  'a name without bytes': { metadata: [['', number(1)]] },
  'a text of 2^61 bytes': { metadata: [['a', { type: 8, bytes: u64(2n ** 61n) }]] },
  'a text of 2^40 bytes': { metadata: [['a', { type: 8, bytes: u64(2n ** 40n) }]] },
  'a list of 2^62 numbers': { metadata: [['a', list(4, 2n ** 62n, Buffer.alloc(8))]] },
  'a list of 2^50 numbers': { metadata: [['a', list(4, 2n ** 50n, Buffer.alloc(8))]] },
  'a list of 2^50 texts': { metadata: [['a', list(8, 2n ** 50n, Buffer.alloc(64))]] },
  'a list with a text beyond the end': { metadata: [['a', list(8, 2, Buffer.concat([u64(0), u64(2n ** 30n)]))]] },
  'a list of lists': { metadata: [['a', list(9, 1, list(9, 1, list(4, 1, u32(1)).bytes).bytes)]] },
  'an unknown type': { metadata: [['a', { type: 13, bytes: u32(0) }]] },
  'a list of an unknown type': { metadata: [['a', list(99, 1, u32(0))]] },
  'a name twice': {
    metadata: [
      [long, number(1)],
      [long, number(2)],
    ],
  },
  'alignment 0': { metadata: [['general.alignment', number(0)]], tensors: [tensor], data: 256 },
  'alignment 3': { metadata: [['general.alignment', number(3)]], tensors: [tensor], data: 256 },
  'alignment 2^31': { metadata: [['general.alignment', number(2 ** 31)]], tensors: [tensor], data: 256 },
  'an alignment that is text': { metadata: [['general.alignment', text('32')]], tensors: [tensor], data: 256 },
  'a tensor that begins beyond the end': { tensors: [{ ...tensor, offset: 1024 }], data: 256 },
  'a tensor that begins at 2^62': { tensors: [{ ...tensor, offset: 2n ** 62n }], data: 256 },
  'a tensor that is larger than the file': { tensors: [{ ...tensor, dimensions: [65] }], data: 256 },
  'a tensor whose size overflows': { tensors: [{ ...tensor, dimensions: [2n ** 40n, 2n ** 40n] }], data: 256 },
  'a tensor with 2^32 - 1 dimensions': Buffer.concat([
    writeGguf({ tensorCount: 1n }),
    u64(1),
    Buffer.from('w'),
    u32(2 ** 32 - 1),
    Buffer.alloc(64),
  ]),
  'a tensor of half a block': { tensors: [{ ...tensor, dimensions: [33], type: Q4_1 }], data: 256 },
  'a tensor that is not aligned': { tensors: [{ ...tensor, dimensions: [1], offset: 7 }], data: 256 },
  'a tensor twice': { tensors: [tensor, tensor], data: 256 },
  'a tensor with a long name': { tensors: [{ ...tensor, name: 'n'.repeat(200) }], data: 256 },
}

describe('damaged files', () => {
  test.each(Object.entries(BROKEN))('%s', async (_, input) => {
    const error = await read(Buffer.isBuffer(input) ? input : writeGguf(input)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(/^model\.gguf is not a usable GGUF file: [^\n]{5,120}\.$/),
    })
    expect((error as RtError).message).not.toContain(long)
  })

  test('cut off anywhere, it is refused', async () => {
    const bytes = writeGguf({ ...GOOD, metadata: GOOD.metadata!.filter(([key]) => !key.startsWith('tokenizer.ggml')) })
    await read(bytes)
    for (let length = bytes.length - 1; length >= 0; length -= length > 700 ? 97 : 1) {
      await truncate(path, length)
      await expect(readGgufHeader(path)).rejects.toMatchObject({ code: 'model_invalid' })
    }
  })

  test('flipped bytes give a header or model_invalid, nothing else, and no memory', async () => {
    const bytes = writeGguf(GOOD)
    const before = process.memoryUsage.rss()
    for (let round = 0; round < 300; round++) {
      const copy = Buffer.from(bytes)
      const at = round < 150 ? randomBytes(1)[0]! : randomBytes(4).readUInt32LE() % (bytes.length - 8)
      randomBytes(8).copy(copy, at)
      const result = await read(copy).catch((error: unknown) => error)
      if (result instanceof Error) expect(result).toMatchObject({ code: 'model_invalid' })
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(256e6)
  })

  test('a file of a hundred gigabytes of nothing costs no memory', async () => {
    const input: GgufInput = { metadata: [['a', list(4, 2n ** 34n, Buffer.alloc(0))]], pairCount: 2n }
    await writeFile(path, writeGguf(input))
    // Sparse: the list is there, the second entry has a name without bytes.
    await truncate(path, 100e9)
    const before = process.memoryUsage.rss()
    await expect(readGgufHeader(path)).rejects.toMatchObject({ code: 'model_invalid' })
    expect(process.memoryUsage.rss() - before).toBeLessThan(64e6)
  })
})

test('a file that cannot be opened is not called damaged', async () => {
  await expect(readGgufHeader(`${path}.none`)).rejects.toMatchObject({ code: 'ENOENT' })
})
