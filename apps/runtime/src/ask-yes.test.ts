import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { askYes } from './ask-yes.ts'

it.each([
  ['y\n', true],
  [' YES \n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  ['', false],
])('%j is %s', async (typed, answer) => {
  const output = new PassThrough()
  await expect(askYes('This?\nSure?', { input: new PassThrough().end(typed), output })).resolves.toBe(answer)
  expect(String(output.read())).toContain(' This?\n Sure? [y/N] ')
})

it('waits no longer when its signal fires, and says why', async () => {
  const stopping = new AbortController()
  const asked = askYes('Sure?', { signal: stopping.signal, input: new PassThrough(), output: new PassThrough() })
  stopping.abort(new TypeError('stopped'))
  await expect(asked).rejects.toMatchObject({ cause: { message: 'stopped' } })
})

it('does not ask after its signal fired', async () => {
  const output = new PassThrough()
  await expect(askYes('Sure?', { signal: AbortSignal.abort(), input: new PassThrough(), output })).rejects.toThrow()
  expect(output.read()).toBeNull()
})
