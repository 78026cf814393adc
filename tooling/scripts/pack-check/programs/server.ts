// The fetch handler on ports made of fakes: a chat as OpenAI's clients send it.
import { strict as assert } from 'node:assert'
import { createScriptedModel } from '@rt/core/testing'
import { createApp, type ServerPorts } from '@rt/server'

const model = createScriptedModel({ id: 'fake', answers: ['Hello from a fake.'] })
const ports: ServerPorts = {
  chat: ({ messages }, options) => model.stream({ messages }, options),
  embeddings: async (_, texts) => ({
    model: 'fake',
    vectors: texts.map(() => Float32Array.of(1, 0)),
    tokens: 1,
    truncated: [],
  }),
  models: async () => [{ id: 'fake', kind: 'chat', created: 0, ownedBy: 'test' }],
  health: () => ({ status: 'ok' }),
}
const app = createApp(ports)
const response = await app.fetch(
  new Request('http://localhost/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'fake', messages: [{ role: 'user', content: 'Hi' }] }),
  }),
)
const answer = (await response.json()) as { choices: { message: { content: string } }[] }
assert.equal(response.status, 200, JSON.stringify(answer))
assert.equal(answer.choices[0]?.message.content, 'Hello from a fake.')
console.log('ok server:', answer.choices[0]?.message.content)
