import type { ChatRequest } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createFakePorts, post } from '../../__fixtures__/fake-ports.ts'
import { type AppOptions, createApp, type ErrorBody } from '../../index.ts'

const PNG = 'iVBORw0KGgo='

const send = async (content: unknown, { role = 'user', ...options }: AppOptions & { role?: string } = {}) => {
  const ports = createFakePorts()
  const body = { messages: [{ role, content, ...(role === 'tool' && { tool_call_id: 'c' }) }], rt: { thread: 't' } }
  const response = await createApp(ports, options).fetch(post('/v1/chat/completions', body))
  const { error } = (await response.json()) as Partial<ErrorBody>
  const request: ChatRequest | undefined = ports.requests[0]
  return { status: response.status, error, parts: request?.messages[0]!.parts }
}

describe('files in a message of the user', () => {
  it('keeps text and files in their order', async () => {
    const { parts } = await send([
      { type: 'text', text: 'Compare ' },
      { type: 'image_url', image_url: { url: `DATA:image/PNG;charset=x;base64,${PNG}`, detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://photos.example/a b.png?x=1' } },
      { type: 'text', text: 'with' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' } },
    ])
    expect(parts).toEqual([
      { type: 'text', text: 'Compare ' },
      { type: 'file', mediaType: 'image/png', data: `data:image/png;base64,${PNG}` },
      { type: 'file', mediaType: 'image/*', data: 'https://photos.example/a%20b.png?x=1' },
      { type: 'text', text: 'with' },
      { type: 'file', mediaType: 'audio/wav', data: 'data:audio/wav;base64,AAAA' },
      { type: 'file', mediaType: 'audio/mpeg', data: 'data:audio/mpeg;base64,AAAA' },
      { type: 'file', mediaType: 'application/pdf', data: 'data:application/pdf;base64,JVBERi0=', name: 'a.pdf' },
    ])
  })

  it('writes an address as every reader of it will understand it', async () => {
    const { parts } = await send([{ type: 'image_url', image_url: { url: 'https://photos.example\\@127.0.0.1/a' } }])
    expect(parts).toMatchObject([{ data: 'https://photos.example/@127.0.0.1/a' }])
  })

  const url = 'messages[0].content[0].image_url.url'
  it.each<[string, object, string, string]>([
    [
      'a picture on a plain address',
      { type: 'image_url', image_url: { url: 'http://10.0.0.1/a.png' } },
      url,
      'request',
    ],
    ['a local file', { type: 'image_url', image_url: { url: 'file:///etc/passwd' } }, url, 'request'],
    ['a path', { type: 'image_url', image_url: { url: '/etc/passwd' } }, url, 'request'],
    ['an empty address', { type: 'image_url', image_url: { url: '' } }, url, 'request'],
    ['data that is no image', { type: 'image_url', image_url: { url: 'data:text/html;base64,AAAA' } }, url, 'request'],
    ['data not in base64', { type: 'image_url', image_url: { url: 'data:image/svg+xml,<svg/>' } }, url, 'request'],
    ['broken base64', { type: 'image_url', image_url: { url: 'data:image/png;base64,A*==' } }, url, 'request'],
    ['cut base64', { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAAA' } }, url, 'request'],
    ['no data at all', { type: 'image_url', image_url: { url: 'data:image/png;base64,' } }, url, 'request'],
    ['a part without its field', { type: 'image_url' }, 'messages[0].content[0].image_url', 'request'],
    ['an address in place of an object', { type: 'image_url', image_url: 'https://a.b' }, url.slice(0, -4), 'request'],
    ['an empty file', { type: 'file', file: {} }, 'messages[0].content[0].file.file_data', 'request'],
    [
      'an uploaded file',
      { type: 'file', file: { file_id: 'f' } },
      'messages[0].content[0].file.file_id',
      'unsupported',
    ],
    [
      'another sound',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'ogg' } },
      'messages[0].content[0].input_audio.format',
      'unsupported',
    ],
    ['a video', { type: 'video_url', video_url: { url: 'https://a.b' } }, 'messages[0].content[0]', 'unsupported'],
  ])('refuses %s', async (_what, part, param, code) => {
    const { status, error, parts } = await send([part])
    expect(status).toBe(400)
    expect(error).toMatchObject({ param, type: 'invalid_request_error' })
    expect(error!.code).toContain(code)
    expect(parts).toBeUndefined()
  })

  it.each(['system', 'assistant', 'tool'])('reads none of the role %s', async (role) => {
    const { status, error } = await send([{ type: 'image_url', image_url: { url: 'https://a.b/c.png' } }], { role })
    expect(status).toBe(400)
    expect(error).toMatchObject({ code: 'unsupported', param: 'messages[0].content[0]' })
  })

  it('counts an image towards the size of the body', async () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG.repeat(100)}` } }
    expect((await send([image], { maxBodyBytes: 1000 })).status).toBe(413)
  })
})
