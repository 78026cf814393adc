import { createMessage, LOCAL } from '@rt/core'
import { tool } from '@rt/tools'
import { expect, it } from 'vitest'
import type { ResolvedApp } from './app/resolve-app.ts'
import { createTurns } from './turns.ts'

const weather = tool({
  name: 'weather',
  description: 'Weather',
  inputSchema: { jsonSchema: { type: 'object' } },
  execute: async () => 'sun',
})
const app: ResolvedApp = {
  tools: [weather],
  agents: new Map([
    [
      'pirate',
      {
        name: 'pirate',
        model: 'smollm2:135m',
        system: 'Arr.',
        tools: [weather],
        retrieve: 'ships',
        limits: { steps: 3 },
      },
    ],
  ]),
  routes: {},
}
const turns = createTurns({
  settings: { retrieve: true },
  app,
  knowledge: async (wanted) => (wanted === true ? 'default' : wanted === false ? undefined : wanted),
})
const messages = [createMessage('user', 'hi')]

it('fills in a turn of ours: tools and knowledge, the rest by the model', async () => {
  const request = await turns.own({ messages })
  expect(request).toMatchObject({ principal: LOCAL, tools: [weather], retrieve: 'default', isOwn: true })
})

it('takes what a turn says itself', async () => {
  const request = await turns.own({ messages, system: 'Be brief.', retrieve: false, maxOutputTokens: 5 }, [])
  expect(request).toMatchObject({ system: 'Be brief.', tools: [], maxOutputTokens: 5 })
  expect(request.retrieve).toBeUndefined()
})

it('puts the agent in place of the model that is named', async () => {
  const request = await turns.own({ messages, model: 'pirate' })
  expect(request).toMatchObject({ model: 'smollm2:135m', system: 'Arr.', retrieve: 'ships', limits: { steps: 3 } })
})

it('leaves a request of a client plain', async () => {
  const request = await turns.client({ messages, principal: 'key_1', model: 'smollm2:135m' })
  expect(request).toMatchObject({ principal: 'key_1', model: 'smollm2:135m', tools: [] })
  const { system, retrieve, maxOutputTokens, sampling, isOwn } = request
  expect([system, retrieve, maxOutputTokens, sampling, isOwn]).toEqual(Array.from({ length: 5 }, () => undefined))
})

it('gives a client the agent it asks for, its own tools beside', async () => {
  const request = await turns.client({
    messages,
    principal: 'key_1',
    model: 'pirate',
    tools: [{ name: 'local', description: '', parameters: { type: 'object' } }],
    serverTools: ['weather'],
  })
  expect(request).toMatchObject({ model: 'smollm2:135m', system: 'Arr.', tools: [weather], retrieve: 'ships' })
  expect(request.isOwn).toBe(true)
  expect(request.clientTools?.map(({ name }) => name)).toEqual(['local'])
})

it("takes the label of a turn along, ours or a client's", async () => {
  const label = 'local-only' as const
  expect(await turns.own({ messages, label })).toMatchObject({ label })
  expect(await turns.client({ messages, principal: LOCAL, label })).toMatchObject({ label })
})

it('names the tools there are when a client asks for another', async () => {
  await expect(turns.client({ messages, principal: LOCAL, serverTools: ['wether'] })).rejects.toMatchObject({
    code: 'tool_not_found',
    hint: 'Tools: weather.',
  })
})
