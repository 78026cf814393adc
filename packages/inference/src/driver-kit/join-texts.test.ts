import type { TokenLogprob } from '@rt/core'
import { expect, it } from 'vitest'
import { joinTexts } from './join-texts.ts'

it('puts deltas of one text together, up to the one whose provider data ends it', () => {
  const provider = { claude: { signature: 'x' } }
  expect(
    joinTexts([
      { type: 'reasoning-delta', text: 'a' },
      { type: 'reasoning-delta', text: 'b', provider },
      { type: 'reasoning-delta', text: 'c' },
      { type: 'text-delta', text: 'd' },
      { type: 'text-delta', text: 'e' },
      { type: 'tool-call-delta', id: '1', delta: '{' },
      { type: 'text-delta', text: 'f' },
    ]),
  ).toEqual([
    { type: 'reasoning-delta', text: 'ab', provider },
    { type: 'reasoning-delta', text: 'c' },
    { type: 'text-delta', text: 'de' },
    { type: 'tool-call-delta', id: '1', delta: '{' },
    { type: 'text-delta', text: 'f' },
  ])
})

it('keeps what is known of their tokens', () => {
  const of = (token: string): TokenLogprob => ({ token, logprob: -1, top: [] })
  expect(
    joinTexts([
      { type: 'text-delta', text: 'a', logprobs: [of('a')] },
      { type: 'text-delta', text: 'b' },
      { type: 'text-delta', text: 'c', logprobs: [of('c')] },
    ]),
  ).toEqual([{ type: 'text-delta', text: 'abc', logprobs: [of('a'), of('c')] }])
})
