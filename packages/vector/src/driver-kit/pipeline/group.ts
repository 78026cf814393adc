import { canonicalJson } from '../canonical-json.ts'
import { type FieldPath, valueAt } from '../../filter/index.ts'
import type { Candidate } from './candidate.ts'

/** Keeps the first `size` of each value of a field, in order; a record without the field is a group of its own. */
export const groupCandidates = <C extends Candidate>(
  candidates: readonly C[],
  { path, size }: { path: FieldPath; size: number },
): (C & { group?: string })[] => {
  const counts = new Map<string, number>()
  return candidates.flatMap((candidate): (C & { group?: string })[] => {
    const value = valueAt(candidate.metadata, path)
    if (value === undefined) return [candidate]
    const group = typeof value === 'string' ? value : canonicalJson(value)
    // 1 and "1" are two groups that look alike.
    const key = `${typeof value}:${group}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count > size ? [] : [{ ...candidate, group }]
  })
}
