import { expect, test } from 'vitest'
import { createTextDecoder } from './text-decoder.ts'

/** A byte-level tokenizer at its worst: every token is one byte. */
const fromBytes = (tokens: readonly number[]): string => Buffer.from(tokens).toString('utf8')
const bytes = (text: string): number[] => [...Buffer.from(text, 'utf8')]

const decode = (tokens: number[]): string[] => {
  const decoder = createTextDecoder(fromBytes)
  return [...tokens.map((token) => decoder.push(token)), decoder.end()]
}

test('characters torn over tokens come out whole, as early as possible', () => {
  const text = 'aé€😀👨‍👩‍👧 z'
  const pieces = decode(bytes(text))
  expect(pieces.join('')).toBe(text)
  expect(pieces.join('')).not.toContain('\uFFFD')
  expect(pieces.slice(0, 4)).toEqual(['a', '', 'é', ''])
})

test('a half character at the end is dropped, what is before it stays', () => {
  const pieces = decode([...bytes('ok '), ...bytes('😀').slice(0, 3)])
  expect(pieces.join('')).toBe('ok ')
})

test('bytes that never become a character do not hold the text back for ever', () => {
  const pieces = decode([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...bytes('on it goes')])
  expect(pieces.join('')).toMatch(/on it goes$/)
})

test('a replacement character the model wrote itself stays', () => {
  expect(decode(bytes('a\uFFFDb')).join('')).toBe('a\uFFFDb')
})

test('tokens see what precedes them, so word spaces survive', () => {
  // SentencePiece: the leading space of a text is dropped, unless something stands before it.
  const words = ['▁Hello', '▁world', '!']
  const join = (tokens: readonly number[]): string =>
    tokens
      .map((token) => words[token])
      .join('')
      .replaceAll('▁', ' ')
      .replace(/^ /, '')
  const decoder = createTextDecoder((tokens, before) => join([...before, ...tokens]).slice(join(before).length))
  expect([0, 1, 2].map((token) => decoder.push(token)).join('')).toBe('Hello world!')
})
