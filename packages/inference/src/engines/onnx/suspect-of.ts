import type { Suspect } from '../../host/quarantine.ts'
import type { ModelSpec } from './protocol.ts'

/** The model that params of the host are for: a provider that crashes with it says nothing about another. */
export const suspectOf = (params: unknown): Suspect => {
  const { spec } = params as { spec: ModelSpec }
  const { id, task, modelPath, stamps, provider } = spec
  return { id, key: JSON.stringify([task, modelPath, stamps?.model, provider]) }
}
