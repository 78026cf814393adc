import { PassThrough, Readable } from 'node:stream'
import { expect, it, vi } from 'vitest'
import { readPrompt } from './read-prompt.ts'

const read = (words: string[], piped: string | Buffer): Promise<string> =>
  readPrompt(words, { input: Readable.from([piped]) })

it('takes the words typed, the text piped in, or the words and then the text in a fence', async () => {
  expect(await read(['what', 'is this?'], '')).toBe('what is this?')
  expect(await read([], '\ufeffWhy?\n')).toBe('Why?')
  expect(await read(['sum', 'up'], 'a\nb\n\n')).toBe('sum up\n\n```\na\nb\n```')
  expect(await read([], ' \n')).toBe('')
})

it('fences text that has fences itself', async () => {
  expect(await read(['fix'], '```js\n1\n```')).toBe('fix\n\n````\n```js\n1\n```\n````')
})

it('does not read a terminal', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  expect(await readPrompt(['hello'], { input })).toBe('hello')
})

it('keeps letters whole that are cut between two pieces', async () => {
  const bytes = Buffer.from('søt 👍')
  const input = Readable.from([bytes.subarray(0, 2), bytes.subarray(2, 7), bytes.subarray(7)], { objectMode: false })
  expect(await readPrompt([], { input })).toBe('søt 👍')
})

it('refuses what is not text', async () => {
  await expect(read(['read'], Buffer.from([1, 0, 2]))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('zero bytes') as unknown,
  })
})

it('says that it waits when a pipe stays open and silent', async () => {
  vi.useFakeTimers()
  try {
    const input = new PassThrough()
    const warn = vi.fn<(text: string) => void>()
    const prompt = readPrompt(['hello'], { input, warn })
    await vi.advanceTimersByTimeAsync(4000)
    expect(warn).toHaveBeenCalledOnce()
    input.end('late')
    expect(await prompt).toBe('hello\n\n```\nlate\n```')
  } finally {
    vi.useRealTimers()
  }
})
