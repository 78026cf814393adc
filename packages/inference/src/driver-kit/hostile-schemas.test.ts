import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { answerGrammar, callGrammar } from './answer-grammar.ts'
import { HOSTILE } from './__fixtures__/schemas.ts'

it('no schema takes more than 128 MB, whatever becomes of it', async () => {
  const worker = new Worker(new URL('__fixtures__/compile-hostile.ts', import.meta.url), {
    execArgv: ['--conditions=@rt/source'],
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  })
  try {
    // Out of memory the thread ends with an error, which `once` throws.
    const [ends] = (await once(worker, 'message')) as [[string, string][]]
    expect(ends).toEqual(Object.entries(HOSTILE).map(([name, { ends: expected }]) => [name, expected]))
  } finally {
    await worker.terminate()
  }
})

it('a schema that holds itself is compiled also as that of an answer and of a tool', () => {
  const { schema } = HOSTILE['a schema that holds itself']!
  expect(answerGrammar({ output: { type: 'json', schema } })?.grammar).toContain('root')
  const parameters = { type: 'object', properties: { list: schema } }
  expect(callGrammar({ name: 'keep', description: '', parameters }).grammar).toContain('root')
})
