import { type Detector, DETECTORS, type PiiRule } from './detectors.ts'

export interface PiiMatch {
  rule: PiiRule
  start: number
  end: number
}

/** What of a text is personal data, in order and without overlaps: the first begin wins, then the longest. */
export const findPii = (text: string, rules: ReadonlySet<PiiRule>): PiiMatch[] => {
  const found: PiiMatch[] = []
  for (const detector of DETECTORS) if (rules.has(detector.rule)) found.push(...matchesOf(text, detector))
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  let end = 0
  return found.filter((match) => {
    if (match.start < end) return false
    ;({ end } = match)
    return true
  })
}

const matchesOf = (text: string, { rule, pattern, accept }: Detector): PiiMatch[] => {
  const matches: PiiMatch[] = []
  for (const match of text.matchAll(pattern)) {
    const [found] = match
    const length = accept ? accept(found) : found.length
    if (length > 0) matches.push({ rule, start: match.index, end: match.index + length })
  }
  return matches
}
