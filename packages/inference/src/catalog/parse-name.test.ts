import { describe, expect, it } from 'vitest'
import { parseName } from './parse-name.ts'

const hostile = [
  '',
  '../etc/passwd',
  '..\\windows',
  'a/../../b',
  '%2e%2e%2fsecret',
  'model%00',
  'model\u0000',
  'con',
  'nul:latest',
  'x'.repeat(4096),
  'a b',
  'sha256-' + 'a'.repeat(64) + '/..',
]

describe('parseName', () => {
  it.each(['smollm2:135m', 'SmolLM2', 'all-minilm:latest', 'library/smollm2:135m'])('takes %s as a name', (name) => {
    expect(parseName(name).type).toBe('catalog')
  })

  it.each(hostile)('refuses %j with invalid_request', (name) => {
    expect(() => parseName(name)).toThrowError(expect.objectContaining({ code: 'invalid_request' }))
  })

  it.each([
    'hf:owner/repo/model.gguf',
    'https://example.org/model.gguf',
    '/models/a.gguf',
    './a.gguf',
    'a.gguf',
    '\\\\host\\a.gguf',
  ])('takes %s only where references are allowed', (name) => {
    expect(() => parseName(name)).toThrowError(/not accepted here/)
    expect(parseName(name, { references: true }).type).not.toBe('catalog')
  })

  it.each([
    'hf:../../repo/model.gguf',
    'hf:owner/repo/../../../model.gguf',
    'hf:owner/repo/sub/..%2f..%2fmodel.gguf',
    'hf:owner/repo/model.bin',
    'hf:owner/repo/con.gguf',
    'hf:owner/repo/a\\..\\b.gguf',
    'https://user:secret@example.org/model.gguf',
    'https://example.org/..%2f..%2fmodel.gguf',
    'https://example.org/page',
    'https://example.org/100%.gguf',
    'https://example.org/%ff.gguf',
    'file:///etc/passwd',
    'pypi:package@1.0!model.gguf',
  ])('refuses %s even there', (name) => {
    expect(() => parseName(name, { references: true })).toThrowError(
      expect.objectContaining({ code: 'invalid_request' }),
    )
  })

  it('keeps revisions and addresses apart in the folder', () => {
    const path = (name: string): unknown => (parseName(name, { references: true }) as { path?: string }).path
    expect(path('hf:owner/repo/sub/model.gguf')).toBe('hf/owner/repo/sub/model.gguf')
    expect(path('hf:owner/repo@v2/sub/model.gguf')).toBe('hf/owner/repo/@v2/sub/model.gguf')
    expect(path('https://a.example/model.gguf')).not.toBe(path('https://b.example/model.gguf'))
  })
})
