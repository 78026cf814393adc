import { type EmbeddingModel, RtError } from '@rt/core'
import type { Models } from './create-models.ts'

/** How long an embedder that cannot be had is not looked for again. */
const RETRY_MS = 60_000

/**
 * Gives the embedder of the settings; undefined when it is switched off or cannot be had. One that cannot be had is not
 * looked for again at once: each try goes through all its sources.
 */
export const createFindEmbedder = (models: Pick<Models, 'embedder'>): (() => Promise<EmbeddingModel | undefined>) => {
  let missingUntil = 0
  return async () => {
    if (performance.now() < missingUntil) return undefined
    try {
      return await models.embedder()
    } catch (error) {
      if (!isMissing(error)) throw error
      missingUntil = performance.now() + RETRY_MS
      return undefined
    }
  }
}

const isMissing = (error: unknown): boolean =>
  RtError.isInstance(error) && (error.code === 'download_failed' || error.code === 'model_not_found')
