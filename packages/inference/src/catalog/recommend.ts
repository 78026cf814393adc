import { formatBytes } from '@rt/core'
import { entryBytes } from './suggest.ts'
import type { CatalogEntry, ModelEngine, Recommendation } from './types.ts'

/** Process, key-value cache of 4096 tokens and working memory beside the weights. */
const BESIDE = { gguf: 500e6, onnx: 200e6 } as const
/** The rest is for the system, the program and its documents. */
const SHARE = 0.7

/** What weights of this size need when they run, estimated. */
export const memoryNeeds = (
  weights: number,
  engine: ModelEngine,
): { bytes: number; fits: (memoryBytes: number) => boolean } => {
  const bytes = weights + BESIDE[engine]
  return { bytes, fits: (memoryBytes) => bytes <= memoryBytes * SHARE }
}

/** The table, best first: what fits, larger before smaller, since among models of one kind the larger answer better; then the rest. */
export const recommend = (entries: CatalogEntry[], memoryBytes: number): Recommendation[] => {
  const room = memoryBytes * SHARE
  return entries
    .map((entry): Recommendation => {
      const { bytes: needsBytes, fits: fitsInto } = memoryNeeds(entryBytes(entry), entry.engine)
      const fits = fitsInto(memoryBytes)
      const needs = `needs about ${formatBytes(needsBytes)} of memory`
      const why = fits
        ? `${needs}; ${formatBytes(memoryBytes)} are there`
        : `${needs}; of the ${formatBytes(memoryBytes)} that are there ${formatBytes(Math.round(room))} can be used for a model`
      return { entry, fits, why, needsBytes }
    })
    .toSorted(
      (a, b) => Number(b.fits) - Number(a.fits) || (a.fits ? b.needsBytes - a.needsBytes : a.needsBytes - b.needsBytes),
    )
}
