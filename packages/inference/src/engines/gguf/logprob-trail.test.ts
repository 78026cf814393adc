import type { StreamPart, TokenLogprob } from '@rt/core'
import { expect, test } from 'vitest'
import { createLogprobTrail } from './logprob-trail.ts'

const of = (token: string): TokenLogprob => ({ token, logprob: -1, top: [] })
const delta = (text: string): StreamPart => ({ type: 'text-delta', text })
const tokens = (parts: StreamPart[]): (string[] | undefined)[] =>
  parts.map((part) => (part.type === 'text-delta' ? part.logprobs?.map(({ token }) => token) : undefined))

test('a token goes with the delta in which its text begins', () => {
  const trail = createLogprobTrail()
  trail.push('a', of('a'))
  expect(tokens(trail.attach([delta('a')]))).toEqual([['a']])
  trail.push('bS', of('bS'))
  expect(tokens(trail.attach([delta('b')]))).toEqual([['bS']])
  trail.push('T', of('T'))
  expect(tokens(trail.attach([]))).toEqual([])
  trail.push('xyS', of('xyS'))
  expect(tokens(trail.attach([delta('STxy')]))).toEqual([['T', 'xyS']])
  trail.push('.', of('.'))
  expect(tokens(trail.attach([delta('S'), delta('.')]))).toEqual([undefined, ['.']])
})

test('what a reader leaves out is of no answer', () => {
  const trail = createLogprobTrail()
  trail.push('<mark>', of('<mark>'))
  trail.push('\n', of('\n'))
  trail.push('Hi', of('Hi'))
  expect(tokens(trail.attach([{ type: 'reasoning-delta', text: 'x' }, delta('Hi')]))).toEqual([undefined, ['Hi']])
})

test('all tokens of one character come with it, those written for the model not at all', () => {
  const trail = createLogprobTrail()
  trail.push('', of('\uFFFD'))
  trail.push('é', of('\uFFFD2'))
  trail.push('fed', undefined)
  expect(tokens(trail.attach([delta('éfed')]))).toEqual([['\uFFFD', '\uFFFD2']])
})
