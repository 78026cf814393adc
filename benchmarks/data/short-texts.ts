import { createRandom } from './random.ts'

const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu'.split(' ')
const WORDS = 6000

/** Pronounceable, none a beginning of an English ending. */
const wordOf = (index: number): string =>
  [index % 20, Math.floor(index / 20) % 20, Math.floor(index / 400) % 20].map((i) => SYLLABLES[i]).join('') +
  (index % 7 ? 'n' : 'k')

/** Texts of 8 to 30 words, as often as words are in a language: the second is half as frequent as the first. */
export const shortTexts = (count: number, seed: number): string[] => {
  const random = createRandom(seed)
  const draw = (): string => wordOf(Math.floor(WORDS ** random()) - 1)
  return Array.from({ length: count }, () => Array.from({ length: 8 + Math.floor(random() * 23) }, draw).join(' '))
}

/** Questions about some of them: four of their words. */
export const questionsAbout = (texts: string[], count: number, seed: number): string[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const words = texts[Math.floor(random() * texts.length)]!.split(' ')
    return Array.from({ length: 4 }, () => words[Math.floor(random() * words.length)]!).join(' ')
  })
}
