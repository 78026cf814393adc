import { collect, createMessage, LOCAL, type Part } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { runLoop } from './run-loop.ts'

const image: Part = { type: 'file', mediaType: 'image/*', data: 'https://photos.example/a.png' }
const base = { assembler: createPassThroughAssembler(), principal: LOCAL }

test('how much to think goes with every step', async () => {
  const model = createScriptedModel({ answers: [{ toolCalls: [{ name: 'nothing', arguments: {} }] }, 'done'] })
  const reasoning = { effort: 'low' as const }
  await collect(runLoop({ ...base, model, messages: [createMessage('user', 'Hi')], reasoning }))
  expect(model.requests.map((request) => request.reasoning)).toEqual([reasoning, reasoning])
})

test('an image is refused before a model that sees none counts or reads anything', async () => {
  const model = createScriptedModel({ id: 'smollm2:135m', answers: ['a cat'] })
  const counted: unknown[] = []
  const countTokens: typeof model.countTokens = async (prompt) => counted.push(prompt)
  const messages = [createMessage('user', [{ type: 'text', text: 'What is it?' }, image])]
  const answer = collect(runLoop({ ...base, model: { ...model, countTokens }, messages }))
  await expect(answer).rejects.toMatchObject({
    code: 'unsupported',
    message: 'smollm2:135m reads no images, and a message holds one (image/*).',
  })
  expect([model.requests, counted]).toEqual([[], []])
})

test('an image reaches a model that sees', async () => {
  const model = createScriptedModel({ answers: ['a cat'], capabilities: { images: true } })
  const messages = [createMessage('user', [image])]
  expect((await collect(runLoop({ ...base, model, messages }))).text).toBe('a cat')
  expect(model.requests[0]!.messages[0]!.parts).toEqual([image])
})
