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
  await expect(askYes('Sure? ', new PassThrough().end(typed), output)).resolves.toBe(answer)
  expect(String(output.read())).toContain('Sure? ')
})
