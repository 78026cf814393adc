import { type Reranker, RtError, type VectorCollection } from '@rt/core'
import type { Models } from '../models/create-models.ts'
import { LOCAL_ONLY } from './keep-local.ts'

/** The reranker of a search: by its name, or that of the settings. */
export type PickReranker = (name: string | undefined, collection: VectorCollection) => Promise<Reranker>

/**
 * A reranker reads the texts of the best records. One elsewhere is not asked about a collection that holds any which must
 * stay here: which of them would be among the best is known only after the search.
 */
export const createPickReranker =
  (models: Pick<Models, 'reranker'>): PickReranker =>
  async (name, collection) => {
    const { model, local } = await models.reranker(name, { own: true })
    if (local || (await collection.count({ filter: LOCAL_ONLY })) === 0) return model
    throw new RtError({
      code: 'local_only',
      message: `"${collection.name}" holds local-only records, and the reranker ${model.id} is not on this machine; nothing was sent to it.`,
      hint: 'Name one on this machine, such as bge-reranker-base.',
    })
  }
