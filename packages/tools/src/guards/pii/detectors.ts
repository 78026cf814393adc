import { isCpf, isDni, isLuhn, isMod97, isNir } from './checksums.ts'
import { IBAN_LENGTHS } from './iban-lengths.ts'

/** What personal data is looked for. */
export type PiiRule = 'email' | 'phone' | 'iban' | 'card' | 'ip' | 'national-id' | 'secret'

export interface Detector {
  rule: PiiRule
  /** Global and bounded: no repetition inside a repetition of the same characters. */
  pattern: RegExp
  /** How many characters of a match count; 0 = none. Default: all. */
  accept?(match: string): number
}

export const PII_RULES: readonly PiiRule[] = ['email', 'phone', 'iban', 'card', 'ip', 'national-id', 'secret']

const digitsOf = (text: string): string => text.replace(/\D/g, '')
const plain = (text: string): string => text.replace(/[ .-]/g, '').toUpperCase()
const whole =
  (isRight: (match: string) => boolean): Detector['accept'] =>
  (match) =>
    isRight(match) ? match.length : 0
const digitsBetween = (least: number, most: number): Detector['accept'] =>
  whole((match) => {
    const { length } = digitsOf(match)
    return length >= least && length <= most
  })

/** The pattern may take words that follow: what counts is as long as the country says. */
const acceptIban = (match: string): number => {
  const length = IBAN_LENGTHS.get(match.slice(0, 2).toUpperCase())
  if (!length) return 0
  let end = 0
  for (let seen = 0; seen < length; end++) {
    if (end >= match.length) return 0
    if (match[end] !== ' ') seen++
  }
  const text = plain(match.slice(0, end))
  return isMod97(text.slice(4) + text.slice(0, 4)) ? end : 0
}

/** The same: the longest beginning that is a card number. */
const acceptCard = (match: string): number => {
  for (let end = match.length; end > 0; end--) {
    if (!/\d$/.test(match.slice(0, end)) || /^\d/.test(match.slice(end))) continue
    const digits = digitsOf(match.slice(0, end))
    if (digits.length < 12) return 0
    if (new Set(digits).size > 1 && isLuhn(digits)) return end
  }
  return 0
}

const acceptIpv6 = (match: string): number => {
  const groups = match.split(':').filter(Boolean).length
  const isAddress = groups >= 3 && (match.includes('::') || groups === 8) && URL.canParse(`http://[${match}]/`)
  return isAddress ? match.length : 0
}

const acceptIpv4 = whole(
  (match) => match.split('.').every((part) => Number(part) <= 255) && !/^(?:127\.|0\.0\.0\.0$|255\.255\.)/.test(match),
)

/** Shapes that services give their keys, and what else opens a door. */
const SECRETS = [
  'sk-(?:ant-|proj-|svcacct-|or-v1-)?[\\w-]{20,200}',
  '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}',
  'gh[pousr]_[A-Za-z0-9]{36,255}',
  'github_pat_\\w{22,255}',
  'glpat-[\\w-]{20,64}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,200}',
  '(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{16}',
  'AIza[\\w-]{35}',
  'ya29\\.[\\w-]{20,250}',
  'npm_[A-Za-z0-9]{36}',
  'pypi-[\\w-]{50,250}',
  'hf_[A-Za-z0-9]{30,64}',
  'dop_v1_[a-f0-9]{64}',
  'SG\\.[\\w-]{22}\\.[\\w-]{43}',
  'rt_[A-Za-z0-9_-]{30,100}',
  'eyJ[\\w-]{8,1000}\\.eyJ[\\w-]{8,2000}(?:\\.[\\w-]{0,1000})?',
].join('|')

export const DETECTORS: readonly Detector[] = [
  { rule: 'secret', pattern: new RegExp(`(?<![A-Za-z0-9])(?:${SECRETS})`, 'g') },
  { rule: 'secret', pattern: /(?<![a-z])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/?#]{0,64}:[^\s@/?#]{1,128}@/gi },
  { rule: 'secret', pattern: /(?<![a-z])bearer [\w.~+/-]{16,1000}=*/gi },
  {
    rule: 'secret',
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
  },
  { rule: 'email', pattern: /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu },
  { rule: 'iban', pattern: /(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]){11,29}/gi, accept: acceptIban },
  {
    rule: 'card',
    pattern: /(?<!\d)[2-6]\d{3}(?:[ -]?\d){8,15}(?!\d)/g,
    accept: acceptCard,
  },
  {
    rule: 'national-id',
    // Of the United States.
    pattern: /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g,
  },
  {
    rule: 'national-id',
    // Of Britain.
    pattern: /(?<![A-Z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Z0-9])/g,
  },
  {
    rule: 'national-id',
    // Of Spain.
    pattern: /(?<![A-Z0-9])(?:\d{8}|[XYZ]-?\d{7})-?[A-Z](?![A-Z0-9])/g,
    accept: whole((match) => isDni(plain(match))),
  },
  {
    rule: 'national-id',
    // Of Italy.
    pattern: /(?<![A-Z0-9])[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z](?![A-Z0-9])/g,
  },
  {
    rule: 'national-id',
    // Of France.
    pattern: /(?<!\d)[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\d)/g,
    accept: whole((match) => isNir(plain(match))),
  },
  {
    rule: 'national-id',
    // Of Brazil.
    pattern: /(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)/g,
    accept: whole((match) => isCpf(digitsOf(match))),
  },
  { rule: 'ip', pattern: /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)/g, accept: acceptIpv4 },
  { rule: 'ip', pattern: /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, accept: acceptIpv6 },
  {
    rule: 'phone',
    pattern: /(?<![\w+]|\d[ .-])(?:\+|00)[1-9](?:[ ().-]{0,2}\d){6,14}(?!\w)/g,
    accept: digitsBetween(8, 17),
  },
  { rule: 'phone', pattern: /(?<![\w.])(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])/g },
  {
    rule: 'phone',
    pattern: /(?<![\w.,-]|\d )\(?0\d{1,4}\)?[ /-]\d{3,8}(?:[ -]\d{2,6}){0,3}(?![\w.-]*\d)/g,
    accept: digitsBetween(9, 12),
  },
  { rule: 'phone', pattern: /(?<![\w.,-]|\d )0\d(?:[ .]\d{2}){4}(?![\w.])/g },
]
