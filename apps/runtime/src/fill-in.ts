import type { LanguageModel } from '@rt/core'
import type { RunRequest } from './run-request.ts'

const SYSTEM = 'You are a helpful assistant.'
/** What keeps a small model to the point. It does not always find an end: without a limit it fills the context. */
const SMALL = { system: `${SYSTEM} Answer in one short sentence.`, maxOutputTokens: 1024, temperature: 0 }

/** What a model of this machine brings, by the table of models or by the name it was made under. */
export interface BroughtValues {
  system?: string | undefined
  maxOutputTokens?: number | undefined
  temperature?: number | undefined
}

/**
 * What a turn of ours leaves open, for the model that was picked: models elsewhere are large and know their own values.
 * What a model of this machine brings is its own and comes before what keeps a small one short.
 */
export const fillIn = (
  { isOwn, ...request }: RunRequest,
  model: LanguageModel,
  brought: BroughtValues = {},
): RunRequest => {
  if (!isOwn) return request
  if (!model.capabilities.local) return { ...request, system: request.system ?? SYSTEM }
  return {
    ...request,
    system: request.system ?? brought.system ?? SMALL.system,
    maxOutputTokens: request.maxOutputTokens ?? brought.maxOutputTokens ?? SMALL.maxOutputTokens,
    sampling: { temperature: brought.temperature ?? SMALL.temperature, ...request.sampling },
  }
}
