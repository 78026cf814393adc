import type { Suspect } from '../../host/quarantine.ts'
import type { LoadParams } from './options.ts'
import type { VectorLoad } from './vector-options.ts'

type Load = LoadParams & Partial<Pick<VectorLoad, 'task' | 'pooling' | 'maxTokens'>>

/** The model that params of the host are for: handles that load one file alike crash alike. */
export const suspectOf = (params: unknown): Suspect => {
  const load = (params as { load?: Load }).load ?? (params as Load)
  const { id, path, stamp, contextTokens, sequences, kvBudgetBytes, adapters, task, pooling, maxTokens } = load
  return {
    id,
    key: JSON.stringify([path, stamp, contextTokens, sequences, kvBudgetBytes, adapters, task, pooling, maxTokens]),
  }
}
