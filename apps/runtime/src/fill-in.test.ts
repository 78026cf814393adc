import { createMessage, LOCAL } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { fillIn } from './fill-in.ts'

const request = { principal: LOCAL, messages: [createMessage('user', 'Hi')], isOwn: true }
const here = createScriptedModel({ answers: [] })
const elsewhere = createScriptedModel({ answers: [], capabilities: { local: false } })

it('keeps a model of this machine short and to the point', () => {
  expect(fillIn(request, here)).toMatchObject({ maxOutputTokens: 1024, sampling: { temperature: 0 } })
})

it('leaves a model elsewhere its own values', () => {
  const { system, maxOutputTokens, sampling } = fillIn(request, elsewhere)
  expect([system, maxOutputTokens, sampling]).toEqual(['You are a helpful assistant.', undefined, undefined])
})

it('leaves a model what it brings, and not more', () => {
  const brought = { system: 'Arr.', maxOutputTokens: 9, temperature: 0.6 }
  expect(fillIn(request, here, brought)).toMatchObject({
    system: 'Arr.',
    maxOutputTokens: 9,
    sampling: { temperature: 0.6 },
  })
  expect(fillIn(request, here, { system: 'Arr.' })).toMatchObject({
    maxOutputTokens: 1024,
    sampling: { temperature: 0 },
  })
  expect(fillIn({ ...request, system: 'Short.' }, here, brought).system).toBe('Short.')
})

it('takes what a turn says before anything else', () => {
  const said = { system: 'Arr.', maxOutputTokens: 7, sampling: { temperature: 1, topP: 0.5 } }
  for (const model of [here, elsewhere]) expect(fillIn({ ...request, ...said }, model)).toMatchObject(said)
})

it('fills in nothing for a client', () => {
  const { isOwn: _, ...plain } = request
  expect(fillIn(plain, here)).toEqual(plain)
})
