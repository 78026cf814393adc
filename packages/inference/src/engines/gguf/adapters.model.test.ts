import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, createMessage } from '@rt/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { type LoraInput, writeLora } from './__fixtures__/write-lora.ts'
import { createGgufEngine } from './engine.ts'
import type { GgufAdapter, GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let base: string
let folder: string

beforeAll(async () => {
  engine = createGgufEngine({ threads: 1 })
  base = (await createCatalog().ensure('smollm2:135m', {})).files.model
  folder = await mkdtemp(join(tmpdir(), 'rt-lora-'))
})
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const put = async (name: string, input?: LoraInput): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, writeLora(input))
  return path
}
const load = (adapters?: GgufAdapter[]): Promise<GgufModel> =>
  engine.load({ id: 'smollm2:135m', path: base, contextTokens: 512, adapters })
const answer = async (model: GgufModel): Promise<string> =>
  (
    await collect(
      model.stream({ messages: [createMessage('user', 'What is the capital of France?')], maxOutputTokens: 12 }),
    )
  ).text

test('an adapter changes the answer, scale 0 and another handle of the file do not', async () => {
  const path = await put('loud.gguf')
  await using plain = await load()
  await using changed = await load([{ path }])
  await using silent = await load([{ path, scale: 0 }])
  const expected = await answer(plain)
  expect(await answer(changed)).not.toBe(expected)
  expect(await answer(silent)).toBe(expected)
  expect(await answer(plain)).toBe(expected)
  await changed[Symbol.asyncDispose]()
  await using again = await load([{ path }])
  expect(await answer(again)).not.toBe(expected)
})

test('what is no adapter of this model is refused', async () => {
  const refused = async (adapter: GgufAdapter): Promise<unknown> =>
    await load([adapter]).catch((error: unknown) => error)
  expect(await refused({ path: join(folder, 'none.gguf') })).toMatchObject({
    code: 'model_not_found',
    message: expect.stringContaining('none.gguf'),
  })
  expect(await refused({ path: base })).toMatchObject({
    code: 'model_invalid',
    message: expect.stringContaining('no adapter'),
  })
  for (const input of [
    { architecture: 'qwen2' },
    { type: 'dora' },
    { width: 64 },
    { tensor: 'blk.99.attn_q.weight' },
  ]) {
    const error = await refused({ path: await put('wrong.gguf', input) })
    expect(error).toMatchObject({ code: 'model_invalid' })
    expect(String(error)).not.toContain(folder)
  }
  expect(await refused({ path: base, scale: 1e9 })).toMatchObject({ code: 'invalid_request' })
  expect(await answer(await load())).not.toBe('')
})
