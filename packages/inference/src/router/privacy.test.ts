import { createMessage, type Message } from '@rt/core'
import { createFakeClock } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createRoute } from './index.ts'
import { ask, fail, lastOf, model, read, REMOTE, textOf } from './__fixtures__/models.ts'

const labelled = (message: Message): Message => ({ ...message, label: 'local-only' })
const secret = {
  messages: [
    createMessage('user', 'What is in my mail?'),
    labelled(createMessage('tool', [{ type: 'tool-result', id: '1', name: 'read_mail', result: 'secret' }])),
  ],
}

describe('local-only', () => {
  it('goes past remote legs, whatever their place', async () => {
    const remote = model('cloud/x', ['no'], REMOTE)
    const route = createRoute({ id: 'chat', legs: [{ model: remote }, { model: model('here', ['yes']) }] })
    expect(textOf(await read(route.stream(secret)))).toBe('yes')
    expect(textOf(await read(route.stream(ask())))).toBe('no')
    expect(remote.requests).toHaveLength(1)
  })

  it('is refused when no leg is left, naming what carried it', async () => {
    const remote = model('cloud/x', ['no'], REMOTE)
    const route = createRoute({ id: 'chat', legs: [{ model: remote }] })
    const part = lastOf(await read(route.stream(secret)))
    expect(part).toMatchObject({
      error: { code: 'local_only', data: { carriers: ['message 2 (tool read_mail)'], legs: ['cloud/x'] } },
    })
    expect(part).toHaveProperty(
      'error.message',
      expect.stringMatching(/^no model of 'chat' may answer\. cloud\/x: it is not/),
    )
    const alone = createRoute({ id: 'cloud/x', legs: [{ model: remote }] })
    expect(lastOf(await read(alone.stream(secret)))).toHaveProperty(
      'error.message',
      'cloud/x may not answer: it is not on this machine, and local-only is message 2 (tool read_mail)',
    )
    expect(JSON.stringify(part)).not.toContain('secret')
    await expect(route.countTokens(secret)).rejects.toMatchObject({ code: 'local_only' })
    expect(remote.requests).toHaveLength(0)
  })

  it('does not leave when the local leg fails, before or in the answer', async () => {
    const remote = { ...model('cloud/x', ['no'], REMOTE) }
    for (const text of [undefined, 'Once']) {
      const route = createRoute({
        id: 'chat',
        legs: [{ model: model('here', [fail('engine_crashed', undefined, text)]) }, { model: remote, continues: true }],
        retry: { attempts: 1 },
        clock: createFakeClock(),
      })
      expect(lastOf(await read(route.stream(secret)))).toMatchObject({
        type: 'error',
        error: { code: 'engine_crashed' },
      })
    }
    expect(remote.requests).toHaveLength(0)
  })

  it('does not believe a lazy leg that only says it is local', async () => {
    const remote = model('cloud/x', ['no'], REMOTE)
    const route = createRoute({
      id: 'chat',
      legs: [{ id: 'x', capabilities: { ...remote.capabilities, local: true }, model: async () => remote }],
    })
    expect(lastOf(await read(route.stream(secret)))).toMatchObject({ error: { code: 'config_invalid' } })
    expect(remote.requests).toHaveLength(0)
  })
})

describe('capabilities', () => {
  const legs = [
    { model: model('here', ['plain'], { contextTokens: 1000, tools: 'none', structuredOutput: false }) },
    { model: model('cloud/x', ['able'], { ...REMOTE, contextTokens: 9000, images: true }) },
  ]
  const route = createRoute({ id: 'chat', legs })

  it('promises what holds for the whole route', () => {
    expect(route.capabilities).toEqual({
      local: false,
      contextTokens: 9000,
      tools: 'native',
      structuredOutput: true,
      tokenCount: 'estimate',
      reasoning: false,
      images: true,
    })
  })

  it('asks only legs that can do what a request needs', async () => {
    const image = createMessage('user', [{ type: 'file', mediaType: 'image/png', data: 'data:image/png;base64,AA==' }])
    const tools = [{ name: 't', description: '', parameters: {} }]
    expect(textOf(await read(route.stream(ask())))).toBe('plain')
    expect(textOf(await read(route.stream({ messages: [image] })))).toBe('able')
    expect(textOf(await read(route.stream(ask('x', { tools }))))).toBe('able')
    expect(textOf(await read(route.stream(ask('x', { output: { type: 'json' } }))))).toBe('able')
    const held = createRoute({ id: 'held', legs: [legs[1]!, { model: model('local', ['held'], { grammar: true }) }] })
    expect(held.capabilities.grammar).toBe(true)
    expect(textOf(await read(held.stream(ask('x', { output: { type: 'grammar', gbnf: 'root ::= "a"' } }))))).toBe(
      'held',
    )
    const plain = createRoute({ id: 'plain', legs: legs.slice(0, 1) })
    expect(await read(plain.stream(ask('x', { tools })))).toMatchObject([{ error: { code: 'unsupported' } }])
  })
})
