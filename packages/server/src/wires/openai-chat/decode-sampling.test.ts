import { LOCAL } from '@rt/core'
import { expect, test } from 'vitest'
import { decodeChat } from './decode.ts'

const decode = (fields: object) =>
  decodeChat({ messages: [{ role: 'user', content: 'hi' }], ...fields }, { principal: LOCAL })

test('sampling has the names of OpenAI, and those of llama-server for the rest', () => {
  const { request, warnings } = decode({
    top_k: 5,
    min_p: 0.1,
    seed: null,
    repeat_last_n: 0,
    logit_bias: { 5: -100, ' colour': 1.5 },
    xtc_probability: 0.5,
    dry_multiplier: 0.8,
    dry_penalty_last_n: -1,
    dry_sequence_breakers: ['.'],
  })
  expect(warnings).toEqual([])
  expect(request.sampling).toEqual({
    topK: 5,
    minP: 0.1,
    repeatLastTokens: 0,
    logitBias: [
      { token: 5, bias: -100 },
      { token: ' colour', bias: 1.5 },
    ],
    xtc: { probability: 0.5, threshold: 0.1 },
    dry: { multiplier: 0.8, sequenceBreakers: ['.'] },
  })
})

test('what belongs to a sampler that is off does not switch it on', () => {
  expect(decode({ xtc_threshold: 0.2, xtc_probability: 0, dry_base: 2, logit_bias: {} }).request.sampling).toEqual({})
})

test('samplers nothing here has are named in a warning', () => {
  const { warnings } = decode({ typical_p: 0.9, mirostat: 2, dynatemp_range: 1 })
  expect(warnings.map(({ id, message }) => [id, message.split(' ')[0]])).toEqual([
    ['unknown_field', 'typical_p'],
    ['unknown_field', 'mirostat'],
    ['unknown_field', 'dynatemp_range'],
  ])
})

test('sizes of the engine are not for requests to say: they reach nobody', () => {
  const sizes = { n_ctx: 2 ** 31, n_batch: 0, n_discard: -1, num_ctx: -1 }
  const { request, warnings } = decode(sizes)
  expect(warnings.map(({ message }) => message.split(' ')[0])).toEqual(Object.keys(sizes))
  expect(JSON.stringify(request)).not.toMatch(/ctx|batch|discard|2147483648/)
})

test.each([
  [{ logit_bias: { 5: 101 } }, 'logit_bias.5'],
  [{ xtc_probability: 2 }, 'xtc_probability'],
  [{ dry_allowed_length: 0 }, 'dry_allowed_length'],
  [{ seed: 2 ** 64 }, 'seed'],
  [{ top_k: -1 }, 'top_k'],
])('%j is refused by the name of its field', (fields, field) => {
  expect(() => decode(fields)).toThrow(expect.objectContaining({ data: expect.objectContaining({ param: field }) }))
})
