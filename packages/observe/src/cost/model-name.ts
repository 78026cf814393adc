import { SEMCONV } from '../semconv.ts'

/** What models of this machine have for a provider. */
export const OWN_PROVIDER = 'rt'

/**
 * `provider/model` as rt names it everywhere; models of this machine have no provider. An answer out of a cache came from this
 * machine, and is of the model that wrote it all the same.
 */
export const modelName = (attributes: Readonly<Record<string, unknown>>): string => {
  const model = attributes[SEMCONV.requestModel]
  const provider = attributes[SEMCONV.provider]
  if (typeof model !== 'string') return 'unknown'
  return typeof provider === 'string' && provider !== OWN_PROVIDER ? `${provider}/${model}` : model
}
