import type { Suspect } from '../../host/quarantine.ts'
import type { LoadParams } from './options.ts'

/** The model that params of the host are for: handles that load one file alike crash alike. */
export const suspectOf = (params: unknown): Suspect => {
  const load = (params as { load?: LoadParams }).load ?? (params as LoadParams)
  const { id, path, stamp, contextTokens, sequences, kvBudgetBytes } = load
  return { id, key: JSON.stringify([path, stamp, contextTokens, sequences, kvBudgetBytes]) }
}
