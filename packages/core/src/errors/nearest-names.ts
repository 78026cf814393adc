/**
 * The known names nearest to a typed one, nearest first, for "did you mean". Near is at most a third of the letters
 * typed, at least `slack` edits and at most `most`; something of the name must stand there.
 */
export const nearestNames = (
  typed: string,
  known: readonly string[],
  { limit = 3, slack = 2, most = Infinity }: { limit?: number; slack?: number; most?: number } = {},
): string[] => {
  const wanted = typed.toLowerCase().slice(0, 200)
  const farthest = Math.min(most, Math.max(slack, Math.floor(wanted.length / 3)))
  return known
    .map((name) => ({ name, edits: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= farthest && edits < Math.max(wanted.length, name.length))
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, limit)
    .map(({ name }) => name)
}

/** Damerau-Levenshtein in its optimal string alignment form: insert, delete, replace, swap neighbours. */
const editDistance = (a: string, b: string): number => {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
