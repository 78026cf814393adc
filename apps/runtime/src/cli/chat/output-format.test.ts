import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { outputFormat } from './output-format.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-format-'))
})
afterAll(() => rm(folder, { recursive: true }))
const write = async (text: string): Promise<string> => {
  const file = join(folder, 'schema.json')
  await writeFile(file, text)
  return file
}

it('is any JSON, the schema of a file, or nothing', async () => {
  expect(await outputFormat('json')).toEqual({ type: 'json' })
  expect(await outputFormat(undefined)).toBeUndefined()
  expect(await outputFormat(await write('{"type":"object"}'))).toEqual({ type: 'json', schema: { type: 'object' } })
})

it.each([
  ['{"type":', 'invalid_json', 'is not JSON'],
  ['[1]', 'invalid_request', 'is not a JSON Schema'],
])('refuses a file with %s', async (text, code, message) => {
  await expect(outputFormat(await write(text))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as unknown,
    hint: expect.any(String) as unknown,
  })
})

it('names a file that is not there', async () => {
  await expect(outputFormat(join(folder, 'no.json'))).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('no.json') as unknown,
  })
})
