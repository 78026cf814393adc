import { createPacer } from '../pacer.ts'
import type { Candidate } from './candidate.ts'
import { similarity } from './similarity.ts'

/**
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): one by one the candidate with the highest
 * `lambda * score - (1 - lambda) * likeness`, likeness being the cosine to the nearest one chosen, 0 at least.
 */
export const diversify = async <C extends Candidate>(
  candidates: readonly C[],
  { lambda, k }: { lambda: number; k: number },
  signal?: AbortSignal,
): Promise<(C & { redundancy: number })[]> => {
  const pace = createPacer(signal)
  const left = candidates.map((candidate) => ({ ...candidate, redundancy: 0 }))
  const chosen: (C & { redundancy: number })[] = []
  while (left.length && chosen.length < k) {
    let best = 0
    for (let i = 1; i < left.length; i++) if (worth(left[i]!, lambda) > worth(left[best]!, lambda)) best = i
    const [next] = left.splice(best, 1)
    chosen.push(next!)
    if (!next!.vector) continue
    for (const other of left) {
      if (other.vector) other.redundancy = Math.max(other.redundancy, similarity('cosine', next!.vector, other.vector))
      const pause = pace()
      if (pause) await pause
    }
  }
  return chosen
}

const worth = ({ score, redundancy }: { score: number; redundancy: number }, lambda: number): number =>
  lambda * score - (1 - lambda) * redundancy
