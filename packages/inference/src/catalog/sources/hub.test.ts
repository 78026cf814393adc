import { expect, it } from 'vitest'
import { hubHeaders } from './hub.ts'

it.each([
  [undefined, true],
  ['https://mirror.test', true],
  ['http://127.0.0.1:8000', true],
  ['http://localhost', true],
  // Others on the way could read it.
  ['http://mirror.test', false],
])('with HF_ENDPOINT %s the token is sent: %s', (endpoint, sent) => {
  const env = { HF_TOKEN: 'hf_x', HF_ENDPOINT: endpoint }
  expect(hubHeaders({ env })).toEqual(sent ? { authorization: 'Bearer hf_x' } : {})
})

it('names HF_ENDPOINT when it is no address', () => {
  for (const endpoint of ['mirror', 'ftp://mirror', 'file:///x'])
    expect(() => hubHeaders({ env: { HF_ENDPOINT: endpoint } })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('HF_ENDPOINT') }),
    )
})
