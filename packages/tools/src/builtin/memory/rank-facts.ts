import type { Fact } from '@rt/core'

/**
 * Facts that share words with a query, those with the rarer ones first; all without a query. A word also finds what it
 * begins, or what begins it: "allergies" and "allergic" do not meet, "nut" and "nuts" do.
 */
export const rankFacts = (facts: readonly Fact[], query: string): Fact[] => {
  const wanted = words(query)
  if (!wanted.size) return [...facts]
  const held = facts.map(({ text }) => words(text))
  const weights = new Map(
    Array.from(wanted, (word) => {
      const count = held.filter((one) => has(one, word)).length
      return [word, Math.log(1 + facts.length / (count || 1))]
    }),
  )
  return facts
    .map((fact, index) => ({
      fact,
      score: [...wanted].reduce((sum, word) => sum + (has(held[index]!, word) ? weights.get(word)! : 0), 0),
    }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ fact }) => fact)
}

const LEAST_STEM = 3

const has = (held: ReadonlySet<string>, word: string): boolean =>
  held.has(word) ||
  (word.length >= LEAST_STEM &&
    [...held].some((one) => one.length >= LEAST_STEM && (one.startsWith(word) || word.startsWith(one))))

const words = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
