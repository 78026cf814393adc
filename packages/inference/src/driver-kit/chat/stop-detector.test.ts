import { expect, test } from 'vitest'
import { createStopDetector } from './stop-detector.ts'

const read = (stops: string[], pieces: string[]): { text: string; shown: string[]; stopped: boolean } => {
  const detector = createStopDetector(stops)
  const shown: string[] = []
  for (const piece of pieces) {
    const { text, stopped } = detector.push(piece)
    shown.push(text)
    if (stopped) return { text: shown.join(''), shown, stopped }
  }
  return { text: shown.join('') + detector.end(), shown, stopped: false }
}

test('a stop string ends the text and is not part of it', () => {
  expect(read(['END'], ['one END two'])).toMatchObject({ text: 'one ', stopped: true })
})

test('a stop string that comes in pieces is found, however it is cut', () => {
  const whole = 'abc\n\nUser: hi'
  for (let first = 0; first <= whole.length; first++)
    for (let second = first; second <= whole.length; second++) {
      const pieces = [whole.slice(0, first), whole.slice(first, second), whole.slice(second)]
      expect(read(['\nUser:'], pieces)).toMatchObject({ text: 'abc\n', stopped: true })
    }
})

test('of several stop strings the first in the text wins', () => {
  expect(read(['two', 'one'], ['zero one two'])).toMatchObject({ text: 'zero ', stopped: true })
})

test('only what could become a stop string is held back, and it comes out at the end', () => {
  const { shown, text } = read(['###'], ['a#', 'b##', '!', '##'])
  expect(shown).toEqual(['a', '#b', '##!', ''])
  expect(text).toBe('a#b##!##')
})

test('a false start does not hide the true stop behind it', () => {
  expect(read(['aab'], ['xa', 'a', 'ab', 'c'])).toMatchObject({ text: 'xa', stopped: true })
})

test('without stop strings text passes at once', () => {
  expect(read([], ['a', 'b']).shown).toEqual(['a', 'b'])
  expect(read([''], ['a']).shown).toEqual(['a'])
})
