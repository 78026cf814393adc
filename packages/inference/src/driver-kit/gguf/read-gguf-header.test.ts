import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RtError } from '@rt/core'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { BROKEN_GGUF, LONG_NAME } from './__fixtures__/broken-gguf.ts'
import { type GgufInput, list, number, text, texts, u32, writeGguf } from './__fixtures__/write-gguf.ts'
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

test('what a file says of itself', async () => {
  const header = await read(writeGguf(GOOD))
  expect(header).toMatchObject({ version: 3, tensors: 2, parameters: 6464, dominantType: 'Q4_1', vocabulary: 100 })
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

describe('damaged files', () => {
  test.each(Object.entries(BROKEN_GGUF))('%s', async (_, input) => {
    const error = await read(Buffer.isBuffer(input) ? input : writeGguf(input)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(/^model\.gguf is not a usable GGUF file: [^\n]{5,120}\.$/),
    })
    expect((error as RtError).message).not.toContain(LONG_NAME)
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

test('of many long texts only some are kept: memory does not grow with the file', async () => {
  const metadata: GgufInput['metadata'] = Array.from({ length: 40 }, (_, i) => [`t${i}`, text('x'.repeat(500_000))])
  const kept = [...(await read(writeGguf({ metadata }))).metadata.values()].map((value) => String(value).length)
  expect(kept).toHaveLength(8)
})

test('a file that cannot be opened is not called damaged', async () => {
  await expect(readGgufHeader(`${path}.none`)).rejects.toMatchObject({ code: 'ENOENT' })
})
