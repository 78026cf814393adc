import { describe, expect, it } from 'vitest'
import { createPrintableStream, printable, printableDeep, printableLine } from './printable.ts'
import { toJson } from './to-json.ts'

const TITLE = '\u001b]0;owned\u0007'
const CLIPBOARD = '\u001b]52;c;ZXZpbA==\u001b\\'

describe('printable', () => {
  it.each([
    ['a title', `a${TITLE}b`],
    ['a title ended by ST', 'a\u001b]0;owned\u001b\\b'],
    ['the clipboard', `a${CLIPBOARD}b`],
    ['a colour', 'a\u001b[31mb'],
    ['a cursor that moves', 'a\u001b[2J\u001b[1;1Hb'],
    ['C1 forms of both', 'a\u009b31m\u009d0;owned\u009cb'],
    ['a device string', 'a\u001bPq#0\u001b\\b'],
    ['a reset', 'a\u001bcb'],
    ['NUL, BEL, backspace, carriage return, DEL', 'a\u0000\u0007\b\r\u007fb'],
  ])('drops %s', (_name, text) => {
    expect(printable(text)).toBe('ab')
  })

  it('keeps text, line breaks, tabs, and what follows an escape that never ends', () => {
    expect(printable('søt 漢字 👍\n\tb [31m')).toBe('søt 漢字 👍\n\tb [31m')
    expect(printable('a\u001b]0;the rest of the answer')).toBe('a]0;the rest of the answer')
  })

  it('reads a million beginnings of sequences in passing', () => {
    for (const begin of ['\u001b]', '\u009d', '\u001b[', '\u001b']) {
      const stream = createPrintableStream()
      expect(printable(begin.repeat(1e6)).length).toBeLessThanOrEqual(1e6)
      expect((stream.add(begin.repeat(1e6)) + stream.end()).length).toBeLessThanOrEqual(1e6)
    }
  })

  it('makes one line of many', () => {
    expect(printableLine(' a\n\n b\u001b[0m\tc ')).toBe('a b c')
  })

  it('cleans every text of a value, keys included', () => {
    expect(printableDeep({ 'a\u001b[1m': ['b\u0000', 1, null, { c: true }] })).toEqual({
      a: ['b', 1, null, { c: true }],
    })
  })
})

describe('a stream of pieces', () => {
  it('drops sequences wherever they are cut', () => {
    const text = `one${TITLE}two\u001b[31mthree\u009b2Jfour${CLIPBOARD}five`
    for (let size = 1; size < text.length; size++) {
      const stream = createPrintableStream()
      let out = ''
      for (let at = 0; at < text.length; at += size) out += stream.add(text.slice(at, at + size))
      expect(out + stream.end()).toBe('onetwothreefourfive')
    }
  })

  it('holds nothing back for ever', () => {
    const stream = createPrintableStream()
    expect(stream.add('a\u001b]0;')).toBe('a')
    expect(stream.add('x'.repeat(300))).toContain('x'.repeat(300))
    stream.add('\u001b')
    expect(stream.end()).toBe('')
  })
})

it('prints JSON that no terminal obeys and every parser reads back', () => {
  const value = { text: 'a\u001b]0;x\u0007\u009b31m\u007f' }
  // oxlint-disable-next-line no-control-regex
  expect(toJson(value)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(JSON.parse(toJson(value))).toEqual(value)
})
