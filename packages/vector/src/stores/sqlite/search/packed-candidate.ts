import type { JsonObject } from '@rt/core'
import type { Candidate } from '../../../driver-kit/pipeline/index.ts'
import { createPacer } from '../../../driver-kit/pacer.ts'

/** A candidate on its way between the threads: text crosses for less than objects do. */
export interface PackedCandidate extends Omit<Candidate, 'metadata'> {
  /** JSON. */
  metadata: string
}

export const packCandidate = (candidate: Candidate, metadata: string): PackedCandidate => ({ ...candidate, metadata })

/** In slices: ten thousand hits can carry a lot of metadata. */
export const unpackCandidates = async (packed: PackedCandidate[], signal?: AbortSignal): Promise<Candidate[]> => {
  const pace = createPacer(signal)
  const candidates: Candidate[] = []
  for (const candidate of packed) {
    candidates.push({ ...candidate, metadata: JSON.parse(candidate.metadata) as JsonObject })
    const pause = pace()
    if (pause) await pause
  }
  return candidates
}
