import { SEMCONV } from '../semconv.ts'

/** `provider/model` as rt names it everywhere; models of this machine have no provider. */
export const modelName = (attributes: Readonly<Record<string, unknown>>): string => {
  const model = attributes[SEMCONV.requestModel]
  const provider = attributes[SEMCONV.provider]
  if (typeof model !== 'string') return 'unknown'
  const isRemote = typeof provider === 'string' && attributes[SEMCONV.local] !== true
  return isRemote ? `${provider}/${model}` : model
}
