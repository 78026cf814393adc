import { expect, test } from 'vitest'
import { createImageStream } from './image-stream.ts'

const pass = async (text: string, size: number): Promise<string> => {
  const stream = createImageStream(['cdn.example'], () => {})
  let shown = ''
  for (let at = 0; at < text.length; at += size) shown += await stream.push(text.slice(at, at + size))
  return shown + (await stream.end())
}

test.each([1, 2, 5, 13, 1000])('images in pieces of %i characters', async (size) => {
  expect(await pass('a ![x](https://evil.example/a?b=c) b ![y](https://cdn.example/z) c', size)).toBe(
    'a [image removed: x] b ![y](https://cdn.example/z) c',
  )
  expect(await pass('wow! [link](https://a.example) 1 < 2 <b>x</b> ![', size)).toBe(
    'wow! [link](https://a.example) 1 < 2 <b>x</b> ![',
  )
  expect(await pass('a <img src="https://evil.example/x"> b <iframe src=x></iframe>', size)).toBe(
    'a [image removed] b [image removed]</iframe>',
  )
  expect(await pass('![a](https://evil.example/unfinished', size)).toBe('[image removed]')
  expect(await pass('<img src=https://evil.example/unfinished', size)).toBe('[image removed]')
  expect(await pass(`a ![x](https://evil.example/${'d'.repeat(5000)}) b`, size)).not.toContain('ddd')
})

test('what may be an image is held back, and no more than so much of it', async () => {
  const stream = createImageStream([], () => {})
  expect(await stream.push('plain ![')).toBe('plain ')
  let held = 2
  for (let n = 0; n < 500; n++) {
    const piece = 'alt text '
    held += piece.length - (await stream.push(piece)).length
    expect(held).toBeLessThanOrEqual(2049)
  }
})
