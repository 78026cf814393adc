/**
 * The stem of an English word, by M. F. Porter's rules of 1980, which FTS5's `porter` follows too: both stores find a
 * word by the same stem. For lower-case ASCII words; others are left as they are.
 */
export const porterStem = (word: string): string => {
  if (word.length < 3 || word.length > MAX_LENGTH || !/^[a-z]+$/.test(word)) return word
  let stem = plurals(word)
  stem = pastAndProgressive(stem)
  if (stem.endsWith('y') && hasVowel(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`
  stem = replaceLongest(stem, STEP_2, (head) => measure(head) > 0)
  stem = replaceLongest(stem, STEP_3, (head) => measure(head) > 0)
  stem = replaceLongest(
    stem,
    STEP_4,
    (head, suffix) => measure(head) > 1 && (suffix !== 'ion' || head.endsWith('s') || head.endsWith('t')),
  )
  return finalE(stem)
}

/** FTS5 leaves longer ones alone. */
const MAX_LENGTH = 64

// c: consonants, v: vowels. `y` is a vowel behind a consonant.
const isVowel = (word: string, index: number): boolean => {
  const letter = word[index]!
  if (letter === 'y') return index > 0 && !isVowel(word, index - 1)
  return 'aeiou'.includes(letter)
}

const hasVowel = (word: string): boolean => Array.from(word, (_, index) => isVowel(word, index)).includes(true)

/** Times a vowel is followed by a consonant. */
const measure = (word: string): number => {
  let count = 0
  for (let i = 1; i < word.length; i++) if (isVowel(word, i - 1) && !isVowel(word, i)) count++
  return count
}

const endsDouble = (word: string): boolean => /([^aeiou])\1$/.test(word)

/** Consonant, vowel, consonant other than w, x and y: `hop`, where an e was lost. */
const endsShort = (word: string): boolean => {
  const last = word.length - 1
  return (
    last >= 2 &&
    !isVowel(word, last) &&
    isVowel(word, last - 1) &&
    !isVowel(word, last - 2) &&
    !'wxy'.includes(word[last]!)
  )
}

const plurals = (word: string): string => {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2)
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
}

const pastAndProgressive = (word: string): string => {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word
  const suffix = ['ed', 'ing'].find((ending) => word.endsWith(ending))
  const head = suffix && word.slice(0, -suffix.length)
  if (!head || !hasVowel(head)) return word
  if (/(at|bl|iz)$/.test(head)) return `${head}e`
  if (endsDouble(head) && !/[lsz]$/.test(head)) return head.slice(0, -1)
  return measure(head) === 1 && endsShort(head) ? `${head}e` : head
}

type Rules = readonly (readonly [suffix: string, by: string])[]

const STEP_2: Rules = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['logi', 'log'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
]

const STEP_3: Rules = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
]

const STEP_4: Rules = 'al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize'
  .split(' ')
  .map((suffix) => [suffix, ''] as const)

const replaceLongest = (word: string, rules: Rules, when: (head: string, suffix: string) => boolean): string => {
  const fitting = rules.filter(([suffix]) => word.endsWith(suffix))
  const rule = fitting.toSorted(([a], [b]) => b.length - a.length)[0]
  if (!rule) return word
  const [suffix, by] = rule
  const head = word.slice(0, -suffix.length)
  return when(head, suffix) ? head + by : word
}

const finalE = (word: string): string => {
  let stem = word
  if (stem.endsWith('e')) {
    const head = stem.slice(0, -1)
    if (measure(head) > 1 || (measure(head) === 1 && !endsShort(head))) stem = head
  }
  return measure(stem) > 1 && stem.endsWith('ll') ? stem.slice(0, -1) : stem
}
