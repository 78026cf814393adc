import { RtError } from '@rt/core'
import { expect, it } from 'vitest'
import { formatError } from './format-error.ts'

const limited = (hint: string | undefined, retryAfterMs: number): string =>
  formatError(new RtError({ code: 'rate_limited', message: 'openai refused (429).', hint, data: { retryAfterMs } }))

it('says when to come back, where a provider says so', () => {
  expect(limited('Ask again later.', 6500)).toBe(
    'error  rate_limited: openai refused (429).\n       Ask again later.\n       Try again in 7 s.\n',
  )
  expect(limited(undefined, 7_200_000)).toContain('\n       Try again in 2 h.\n')
})

it('does not repeat a hint that the message ends with', () => {
  const error = new RtError({ code: 'unauthorized', message: 'no. Set HF_TOKEN.', hint: 'Set HF_TOKEN.' })
  expect(formatError(error)).toBe('error  unauthorized: no. Set HF_TOKEN.\n')
})

it('does not say it twice, nor where there is nothing to wait for', () => {
  expect(limited('Try again in 7 s, or raise the limit.', 6500).match(/Try again/g)).toHaveLength(1)
  expect(limited(undefined, 0)).not.toContain('Try again')
})
