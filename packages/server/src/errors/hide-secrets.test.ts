import { expect, it } from 'vitest'
import { hideSecrets } from './hide-secrets.ts'

it.each([
  ['cannot reach https://ada:canary@api.example/v1.', 'cannot reach https://api.example/v1.'],
  ['cannot reach redis://:canary@10.0.0.1:6379/0', 'cannot reach redis://10.0.0.1:6379/0'],
  ['see x_https://ada:canary@api.example', 'see x_https://api.example'],
  ['sent authorization: Bearer canary_0123.4+/5=', 'sent authorization: [key]'],
  ['Incorrect API key provided: sk-proj-****nary.', 'Incorrect API key provided: [key].'],
  ['token hf_canaryCanaryCanaryCanary is not allowed', 'token [key] is not allowed'],
])('hides what is secret in %j', (text, hidden) => {
  expect(hideSecrets(text)).toBe(hidden)
})

it('reads a long text once', () => {
  const started = performance.now()
  for (const text of ['a.', '://a', 'Bearer ', 'sk-']) hideSecrets(text.repeat(100_000))
  expect(performance.now() - started).toBeLessThan(2000)
})

it.each([
  'Send "Authorization: Bearer <key>" with a key of scope admin.',
  'no model is named hf-internal-testing/tiny-random-gpt2.',
  'https://ollama.com/library/a@1.2 is not an address of a model.',
  'ask ada@example.com, or see task-0123456789.',
])('leaves %j', (text) => {
  expect(hideSecrets(text)).toBe(text)
})
