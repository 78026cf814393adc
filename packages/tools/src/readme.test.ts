import { readFile } from 'node:fs/promises'
import { createScriptedModel } from '@rt/core/testing'
import { expect, it, vi } from 'vitest'
import { createPassThroughAssembler } from './__fixtures__/pass-through-assembler.ts'
import { ask } from './__fixtures__/readme-example.ts'

it('shows an example in the README that compiles and runs as it stands', async () => {
  const example = await readFile(new URL('./__fixtures__/readme-example.ts', import.meta.url), 'utf8')
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(example.slice(example.indexOf('\n') + 1))

  const model = createScriptedModel({ answers: ['Take a coat.'] })
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await ask(model, createPassThroughAssembler(), 'Do I need a coat in Oslo?')
  const printed = print.mock.calls.map(([text]) => text).join('')
  print.mockRestore()
  expect(printed).toBe('Take a coat.')
  expect(model.requests[0]?.tools?.map(({ name }) => name)).toEqual(['weather'])
})
