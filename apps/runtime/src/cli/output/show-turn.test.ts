import { emptyUsage, type StreamPart } from '@rt/core'
import { expect, it } from 'vitest'
import { showTurn } from './show-turn.ts'

async function* play(parts: StreamPart[]): AsyncIterable<StreamPart> {
  yield* parts
}

const show = async (parts: StreamPart[], stats = false) => {
  let out = ''
  let warned = ''
  const turn = showTurn(play(parts), { write: (text) => (out += text), warn: (text) => (warned += text), stats })
  const failure = await turn.then(
    () => undefined,
    (error: unknown) => error,
  )
  return { out, warned, failure }
}
const finish = {
  type: 'finish' as const,
  finishReason: 'stop' as const,
  usage: { ...emptyUsage(), input: 80, cacheRead: 480, output: 22 },
}
const citation = {
  type: 'citation' as const,
  index: 1,
  source: 'handbook/\u001b[31mtravel.md',
  chunkId: 'c',
  headings: ['Travel', 'Me\u009b2Jals'],
  start: 812,
  end: 901,
  quote: 'Up to 400 NOK',
}

it('prints the answer, then where it is from', async () => {
  const { out } = await show([
    { type: 'text-delta', text: 'Up to ' },
    { type: 'text-delta', text: '400 NOK.' },
    { type: 'citation', citation },
    finish,
  ])
  expect(out).toBe('Up to 400 NOK.\n[1] handbook/travel.md § Meals, bytes 812-901\n')
})

it('claims no bytes of a file that was converted', async () => {
  const { out } = await show([{ type: 'citation', citation: { ...citation, converted: true } }, finish])
  expect(out).toBe('[1] handbook/travel.md § Meals, bytes 812-901 of its text\n')
})

it('prints how fast it was when asked', async () => {
  const { out } = await show(
    [
      { type: 'text-delta', text: 'Yes\n' },
      { type: 'usage', usage: emptyUsage(), timings: { queue: 0, prefill: 10, decode: 1000 } },
      finish,
    ],
    true,
  )
  expect(out).toMatch(/^Yes\nfirst token \d+ ms \(480 of 560 tokens cached\) · 22 tokens · 22 tok\/s\n$/)
  // What was put into a paid cache was read, too.
  const written = await show([{ ...finish, usage: { ...finish.usage, cacheWrite: 40 } }], true)
  expect(written.out).toContain('(480 of 600 tokens cached)')
})

it('keeps figures that a person can read', async () => {
  const parts: StreamPart[] = [
    { type: 'text-delta', text: 'Yes' },
    { type: 'usage', usage: emptyUsage(), timings: { queue: 0, prefill: 10, decode: 913.37 } },
    finish,
  ]
  const turn = await showTurn(play(parts), { write: () => {} })
  expect(turn).toMatchObject({ tokensPerSecond: 24.1, firstTokenMs: Math.round(turn.firstTokenMs) })
})

it('strips sequences that a model writes in pieces, and what tools return', async () => {
  const { out, warned } = await show([
    { type: 'text-delta', text: 'a\u001b]0;own' },
    { type: 'text-delta', text: 'ed\u0007b\u0000\u009b3' },
    { type: 'text-delta', text: '1mc' },
    { type: 'tool-call-end', id: '1', name: 'look\u001b[1m', arguments: { at: '\u009b2J' } },
    { type: 'tool-result', id: '1', name: 'look\u001b[1m', result: '\u001b]52;c;AA==\u0007\u0085', ms: 2 },
    { type: 'warning', id: 'w', message: 'low\u001b[0m\nink' },
    finish,
  ])
  // oxlint-disable-next-line no-control-regex
  expect(out + warned).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(out.split('\n')[0]).toBe('abc')
  expect(warned).toContain('low ink')
})

it('ends the line before it throws what a turn ended with', async () => {
  const { out, failure } = await show([
    { type: 'text-delta', text: 'Up to' },
    { type: 'error', error: { code: 'engine_crashed', message: 'it stopped', retryable: true } },
  ])
  expect(out).toBe('Up to\n')
  expect(failure).toMatchObject({ code: 'engine_crashed' })
})

it('says when an answer was cut', async () => {
  const { warned } = await show([
    { type: 'text-delta', text: 'a' },
    { ...finish, finishReason: 'length' },
  ])
  expect(warned).toContain('--max-tokens')
})

it('does not call an answer incomplete of which nothing was seen', async () => {
  const error = { code: 'overloaded' as const, message: 'busy.', retryable: true }
  const empty: StreamPart = { type: 'text-delta', text: '', provider: { p: {} } }
  expect((await show([empty, { type: 'error', error }])).failure).not.toHaveProperty('hint', expect.anything())
  const { failure } = await show([
    { type: 'text-delta', text: 'Hel' },
    { type: 'error', error },
  ])
  expect(failure).toHaveProperty('hint', 'The answer above is incomplete.')
})
