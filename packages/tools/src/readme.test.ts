import { createScriptedModel } from '@rt/core/testing'
import { expect, it, vi } from 'vitest'
import { createPassThroughAssembler } from './__fixtures__/pass-through-assembler.ts'
import { ask } from './__fixtures__/readme-example.ts'

it('runs the example of the README', async () => {
  const model = createScriptedModel({ answers: ['Take a coat.'] })
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await ask(model, createPassThroughAssembler(), 'Do I need a coat in Oslo?')
  const printed = print.mock.calls.map(([text]) => text).join('')
  print.mockRestore()
  expect(printed).toBe('Take a coat.')
  expect(model.requests[0]?.tools?.map(({ name }) => name)).toEqual(['weather'])
})
