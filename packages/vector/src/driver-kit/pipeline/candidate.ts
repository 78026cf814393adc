import type { JsonObject, RawScores } from '@rt/core'
import type { FusedPart } from '../../fusion/ranked-list.ts'

/** A record that may become a hit. Made of plain data, since it crosses threads. */
export interface Candidate {
  id: string
  text: string | undefined
  metadata: JsonObject
  /** Present where a later step compares candidates with each other. */
  vector: Float32Array | undefined
  /** Of the lists, and of comparing what only the words found. */
  raw: RawScores
  /** As a hit has it: in [0, 1]. */
  score: number
  dense: FusedPart | undefined
  keyword: FusedPart | undefined
}
