import { collect, createMessage, type ModelRequest } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { withPreset } from './with-preset.ts'

const PRESET = {
  system: 'You are a pirate.',
  messages: [
    { role: 'user' as const, text: 'Who are you?' },
    { role: 'assistant' as const, text: 'Arr.' },
  ],
  stop: ['AI:'],
  maxOutputTokens: 9,
}
const sent = async (request: ModelRequest, preset = PRESET): Promise<Record<string, unknown>> => {
  const model = createScriptedModel({ answers: ['x'] })
  await collect(withPreset(model, preset).stream(request))
  const { messages, ...rest } = model.requests[0]!
  return {
    ...rest,
    messages: messages.map(
      ({ role, parts }) => `${role}: ${parts.map((part) => (part.type === 'text' ? part.text : part.type)).join()}`,
    ),
  }
}
const hi = createMessage('user', 'Hi')

it('lays its texts before a conversation, and its limits where nothing is said', async () => {
  expect(await sent({ messages: [hi] })).toEqual({
    stop: ['AI:'],
    maxOutputTokens: 9,
    messages: ['system: You are a pirate.', 'user: Who are you?', 'assistant: Arr.', 'user: Hi'],
  })
})

it('leaves what the request says', async () => {
  const request = { messages: [createMessage('system', 'Be brief.'), hi], stop: ['.'], maxOutputTokens: undefined }
  expect(await sent(request as unknown as ModelRequest)).toEqual({
    stop: ['.'],
    maxOutputTokens: 9,
    messages: ['system: Be brief.', 'user: Who are you?', 'assistant: Arr.', 'user: Hi'],
  })
})

it('counts the tokens of what it lays before, and is otherwise the model itself', async () => {
  const model = createScriptedModel({ answers: [] })
  const own = withPreset(model, PRESET)
  const [bare, laid] = await Promise.all([model.countTokens({ messages: [hi] }), own.countTokens({ messages: [hi] })])
  expect(laid).toBeGreaterThan(bare)
  expect([own.id, own.capabilities]).toEqual([model.id, model.capabilities])
  expect(withPreset(model, undefined)).toBe(model)
})
