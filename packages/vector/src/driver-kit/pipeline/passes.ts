import type { RawScores } from '@rt/core'

/** Whether no raw score falls below its threshold (for `distance`: lies above it). A score that is not there passes. */
export const passes = (raw: RawScores, threshold: RawScores): boolean =>
  (Object.keys(threshold) as (keyof RawScores)[]).every((name) => {
    const value = raw[name]
    const bound = threshold[name]
    if (value === undefined || bound === undefined) return true
    return name === 'distance' ? value <= bound : value >= bound
  })
