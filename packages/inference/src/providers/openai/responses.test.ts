import { type Message, collect, createMessage } from '@rt/core'
import { expect, it } from 'vitest'
import { startFakeServer } from '../../conformance/index.ts'
import { responsesWire } from './__fixtures__/responses-wire.ts'
import { createOpenAI } from './index.ts'

const tool = { name: 'weather', description: 'd', parameters: { type: 'object', properties: {} } }

const turn = async (
  id: string,
  model: string,
  thread: Message[],
): Promise<{ input: unknown[]; [key: string]: unknown }> => {
  await using server = await startFakeServer()
  const frames = responsesWire.frames({ text: ['ok'] })
  server.reply = {
    headers: { 'content-type': 'text/event-stream' },
    chunks: frames.map((lines) => `${lines.join('\n')}\n\n`),
  }
  const provider = createOpenAI({ id, baseURL: server.url, api: 'responses' })
  await collect(provider.languageModel(model).stream({ messages: thread, stop: ['x'] }))
  return JSON.parse(server.requests[0]!.body) as { input: unknown[] }
}

it('keeps reasoning beside the call it led to, and gives it back to the same provider only', async () => {
  await using server = await startFakeServer()
  const frames = responsesWire.frames({
    reasoning: ['Hm.'],
    toolCalls: [{ id: 'call_1', name: 'weather', fragments: ['{}'] }],
  })
  server.reply = {
    headers: { 'content-type': 'text/event-stream' },
    chunks: frames.map((lines) => `${lines.join('\n')}\n\n`),
  }
  const model = createOpenAI({ id: 'oa', baseURL: server.url, api: 'responses' }).languageModel('gpt-5')
  const { messages } = await collect(model.stream({ messages: [createMessage('user', 'hi')], tools: [tool] }))
  const thread = [
    createMessage('user', 'hi'),
    ...messages,
    createMessage('tool', [{ type: 'tool-result', id: 'call_1', name: 'weather', result: 'blue' }]),
  ]
  const own = await turn('oa', 'gpt-5', thread)
  expect(own).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] })
  expect(own.input).toEqual([
    { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'gAAA' },
    { type: 'function_call', id: 'fc_call_1', call_id: 'call_1', name: 'weather', arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'blue' },
  ])
  const other = await turn('other', 'gpt-4.1', thread)
  expect(other['include']).toBeUndefined()
  expect(other.input).toHaveLength(3)
  expect(JSON.stringify(other)).not.toContain('rs_1')
})

it('leaves out reasoning that led to nothing: alone it would be refused', async () => {
  const item = { type: 'reasoning', id: 'rs_9', summary: [], encrypted_content: 'x' }
  const { input } = await turn('oa', 'gpt-5', [
    createMessage('user', 'hi'),
    createMessage('assistant', [{ type: 'reasoning', text: '', provider: { oa: { item } } }]),
    createMessage('user', 'again'),
  ])
  expect(JSON.stringify(input)).not.toContain('rs_9')
  expect(input).toHaveLength(2)
})

it('says the error of a response that failed', async () => {
  await using server = await startFakeServer()
  const failed = { type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'slow down' } } }
  server.reply = {
    headers: { 'content-type': 'text/event-stream' },
    chunks: [`event: response.failed\ndata: ${JSON.stringify(failed)}\n\n`],
  }
  const model = createOpenAI({ baseURL: server.url, api: 'responses' }).languageModel('m')
  await expect(collect(model.stream({ messages: [createMessage('user', 'hi')] }))).rejects.toMatchObject({
    code: 'rate_limited',
    message: 'openai refused: slow down',
  })
})
