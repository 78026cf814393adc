import { describe, expect, it } from 'vitest'
import { parseSource } from './parse-source.ts'

describe('parseSource', () => {
  it('reads each scheme', () => {
    expect(parseSource('hf:o/r/onnx/m.onnx')).toEqual({
      scheme: 'hf',
      repo: 'o/r',
      revision: 'main',
      path: 'onnx/m.onnx',
    })
    expect(parseSource('hf:o/r@abc/m.gguf')).toMatchObject({ revision: 'abc', path: 'm.gguf' })
    expect(parseSource('maven:a.b:c-d:1.0-beta3!x.json')).toEqual({
      scheme: 'maven',
      group: 'a.b',
      artifact: 'c-d',
      version: '1.0-beta3',
      path: 'x.json',
    })
    expect(parseSource('pypi:p@1!p/m.bin')).toEqual({
      scheme: 'pypi',
      parts: [{ package: 'p', version: '1', path: 'p/m.bin' }],
    })
  })

  it('expands parts in order, with plain and two-digit numbers', () => {
    const location = parseSource('pypi:pack-{9..11}@0.2.0!pack_{n}/part{nn}.bin')
    expect(location.scheme === 'pypi' && location.parts.map((part) => `${part.package} ${part.path}`)).toEqual([
      'pack-9 pack_9/part09.bin',
      'pack-10 pack_10/part10.bin',
      'pack-11 pack_11/part11.bin',
    ])
  })

  it.each([
    'pypi:--index-url@1!x',
    'pypi:p@1 --pre!x',
    'pypi:p;id@1!x',
    'maven:a:b:1;id!x',
    'maven:a:b:$(id)!x',
    'hf:o/r/../../x',
    'pypi:p@1!../x',
    'ftp://host/x',
    'file://host/share/x',
    'https://u:p@host/x',
  ])('refuses %s', (text) => {
    expect(() => parseSource(text)).toThrowError(expect.objectContaining({ code: 'invalid_request' }))
  })
})
