import { expect, it } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { compareTexts } from '../../filter/index.ts'
import { decodeJson, decodeText, encodeJson, encodeText } from './encode-text.ts'

const random = createRandom(7)
const ALPHABET = ['\0', '\u0001', '\u0002', '\u0003', 'a', 'é', '🧥']
const randomText = (): string =>
  Array.from({ length: Math.floor(random() * 7) }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('')

it('gives back every text, without what Postgres refuses in between', () => {
  for (let i = 0; i < 5000; i++) {
    const text = randomText()
    expect(encodeText(text)).not.toContain('\0')
    expect(decodeText(encodeText(text))).toBe(text)
  }
  expect(decodeText(encodeText('half \uD83E pair'))).toBe('half \uFFFD pair')
})

it('keeps order, beginnings and parts', () => {
  for (let i = 0; i < 20_000; i++) {
    const [a, b] = [randomText(), randomText()]
    const [x, y] = [encodeText(a), encodeText(b)]
    expect(Math.sign(compareTexts(x, y)), JSON.stringify([a, b])).toBe(Math.sign(compareTexts(a, b)))
    expect(x.startsWith(y), JSON.stringify([a, b])).toBe(a.startsWith(b))
    expect(x.includes(y), JSON.stringify([a, b])).toBe(a.includes(b))
  }
})

it('reaches keys and values of JSON, and leaves what only looks like an escape', () => {
  const value = { 'k\0': ['v\u0001', { deep: '\u0002\uD800' }], plain: String.raw`\u0000`, ['__proto__']: 'own\0' }
  const json = encodeJson(value)
  expect(json).not.toContain(String.raw`"k\u0000"`)
  const back = decodeJson(json)
  expect(back).toEqual({ ...value, 'k\0': ['v\u0001', { deep: '\u0002\uFFFD' }] })
  expect(Object.hasOwn(back, '__proto__')).toBe(true)
})
