import type { JsonObject, RawScores } from '@rt/core'
import { createPacer } from '../../../driver-kit/pacer.ts'
import type { Candidate } from '../../../driver-kit/pipeline/index.ts'

/**
 * Candidates on their way between the threads, by columns: a list of texts and numbers crosses for a part of what as many
 * objects do.
 */
export interface PackedCandidates {
  ids: string[]
  texts: (string | undefined)[]
  /** JSON. */
  metadata: string[]
  /** Present where any candidate has one. */
  vectors: (Float32Array | undefined)[] | undefined
  /** One row a candidate; NaN where there is none. */
  numbers: Float64Array
}

type Part = Candidate['dense']
const RAW = ['cosine', 'dot', 'distance', 'bm25'] as const
/** Score, raw scores, then rank, scaled and weight of either list. */
const COLUMNS = 1 + RAW.length + 3 + 3

export const packCandidates = (
  candidates: readonly Candidate[],
  metadataOf: (id: string) => string,
): PackedCandidates => {
  const numbers = new Float64Array(candidates.length * COLUMNS)
  for (const [index, { score, raw, dense, keyword }] of candidates.entries()) {
    const parts = [...fromPart(dense), ...fromPart(keyword)]
    numbers.set([score, ...RAW.map((name) => raw[name] ?? NaN), ...parts], index * COLUMNS)
  }
  return {
    ids: candidates.map(({ id }) => id),
    texts: candidates.map(({ text }) => text),
    metadata: candidates.map(({ id }) => metadataOf(id)),
    vectors: candidates.some(({ vector }) => vector) ? candidates.map(({ vector }) => vector) : undefined,
    numbers,
  }
}

/** In slices: ten thousand hits can carry a lot of metadata. */
export const unpackCandidates = async (
  { ids, texts, metadata, vectors, numbers }: PackedCandidates,
  signal?: AbortSignal,
): Promise<Candidate[]> => {
  const pace = createPacer(signal)
  const candidates: Candidate[] = []
  for (const [index, id] of ids.entries()) {
    const row = numbers.subarray(index * COLUMNS, (index + 1) * COLUMNS)
    const raw: RawScores = {}
    for (const [column, name] of RAW.entries()) {
      const value = row[1 + column]!
      if (!Number.isNaN(value)) raw[name] = value
    }
    candidates.push({
      id,
      text: texts[index],
      metadata: JSON.parse(metadata[index]!) as JsonObject,
      vector: vectors?.[index],
      raw,
      score: row[0]!,
      dense: toPart(row, 1 + RAW.length),
      keyword: toPart(row, 4 + RAW.length),
    })
    const pause = pace()
    if (pause) await pause
  }
  return candidates
}

const fromPart = (part: Part): number[] => [part?.rank ?? NaN, part?.scaled ?? NaN, part?.weight ?? NaN]

/** A part has a weight always, and a rank only where its list found the record. */
const toPart = (row: Float64Array, at: number): Part => {
  const [rank, scaled, weight] = row.subarray(at, at + 3)
  if (Number.isNaN(weight)) return undefined
  return { rank: Number.isNaN(rank) ? undefined : rank, scaled: scaled!, weight: weight! }
}
