import { FAMILIES } from './families.ts'

export interface InjectionScore {
  /** 0 = nothing of the kind, 1 = surely. */
  score: number
  /** Families that matched, by how often. */
  rules: Map<string, number>
}

/** Longer texts are read in pieces. */
const PIECE = 20_000
const OVERLAP = 400
const MOST_DECODED = 16

/** How much a text reads as if it told a model what to do, as it stands and with what is encoded in it. */
export const scoreInjection = (text: string): InjectionScore => {
  const rules = new Map<string, number>()
  let missing = 1
  const add = (rule: string, weight: number, count: number): void => {
    // The same said twice says little more; different ways say more together.
    if (!rules.has(rule)) missing *= 1 - weight
    rules.set(rule, (rules.get(rule) ?? 0) + count)
  }
  const read = (piece: string, isDecoded: boolean): void => {
    for (const { rule, weight, pattern } of FAMILIES) {
      const count = piece.match(pattern)?.length ?? 0
      if (count === 0) continue
      // Most of what is decoded stands there in plain as well.
      if (isDecoded && rules.has(rule)) continue
      add(isDecoded ? `encoded-${rule}` : rule, weight, count)
    }
  }
  const plain = simplify(text)
  for (let at = 0; at === 0 || at < plain.length; at += PIECE) read(plain.slice(at, at + PIECE + OVERLAP), false)
  for (const decoded of decodings(text)) read(simplify(decoded), true)
  // Rounding would make two halves look like certainty.
  return { score: Math.round((1 - missing) * 1000) / 1000, rules }
}

const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  'ıiаaеeоoрpсcуyхxіiјjѕsԁdԛqһhⅼlοoαaνvι'.match(/../gu)!.map((pair) => [[...pair][0]!, [...pair][1]!] as const),
)

/** Lower case, without accents, full width and look-alike letters inside Latin words, white space as single spaces. */
const simplify = (text: string): string =>
  text
    .normalize('NFKD')
    // No `i`: it would take the Greek iota for a mark.
    .replace(/[\u200B-\u200D\u2060\uFEFF]|(?<=[A-Za-z\u0370-\u03FF][\u0300-\u036F]{0,8})[\u0300-\u036F]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?=\p{L}{0,30}[a-z])[\p{L}]{2,40}/gu, (word) =>
      /[a-z]/.test(word) ? word.replace(/[^a-z]/gu, (letter) => LOOKALIKES.get(letter) ?? letter) : word,
    )
    .replace(/[^\S\n]+/g, ' ')
    .replace(/(?<=\b\p{L}) (?=\p{L}\b)/gu, '')

/** Texts that a model may decode when it is told to. */
const decodings = (text: string): string[] => {
  const found: string[] = []
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,8000}={0,2}/g)) push(found, fromBase64(run))
  for (const [run] of text.matchAll(/(?:[0-9a-f]{2}[ :]?){16,4000}/gi)) push(found, fromHex(run))
  for (const [run] of text.matchAll(
    /(?:\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|%[0-9a-f]{2}|&#x?[0-9a-f]{1,6};|[\w .,:;-]){12,8000}/gi,
  ))
    if (/\\[xu][0-9a-f]{2}|%[0-9a-f]{2}|&#/i.test(run)) push(found, fromEscapes(run))
  if (/[a-z]{5}/i.test(text)) {
    const letters = text.slice(0, PIECE)
    push(found, rot13(letters))
    push(found, [...letters].toReversed().join(''))
  }
  return found
}

const push = (found: string[], text: string | undefined): void => {
  if (text && found.length < MOST_DECODED) found.push(text)
}

const fromBase64 = (run: string): string | undefined => {
  try {
    const bytes = Uint8Array.from(atob(run.replace(/-/g, '+').replace(/_/g, '/')), (character) =>
      character.codePointAt(0)!,
    )
    return readable(bytes)
  } catch {
    return undefined
  }
}

const fromHex = (run: string): string | undefined => {
  const pairs = run.replace(/[^0-9a-f]/gi, '').match(/../g) ?? []
  return readable(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)))
}

const fromEscapes = (run: string): string =>
  run
    .replace(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, ...codes: string[]) =>
      String.fromCodePoint(Number.parseInt(codes.slice(0, 3).find(Boolean)!, 16)),
    )
    .replace(/&#(x?)([0-9a-f]{1,6});/gi, (whole, hex: string, code: string) => {
      const value = Number.parseInt(code, hex ? 16 : 10)
      return value <= 0x10_ffff ? String.fromCodePoint(value) : whole
    })

const readable = (bytes: Uint8Array): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // oxlint-disable-next-line no-control-regex
    return /[\u0000-\u0008\u000E-\u001F]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCodePoint(((letter.codePointAt(0)! - base + 13) % 26) + base)
  })
