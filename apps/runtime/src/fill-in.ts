import type { LanguageModel } from '@rt/core'
import type { RunRequest } from './run-request.ts'

const SYSTEM = 'You are a helpful assistant.'
/** What keeps a small model to the point. It does not always find an end: without a limit it fills the context. */
const SMALL = { system: `${SYSTEM} Answer in one short sentence.`, maxOutputTokens: 1024, temperature: 0 }

/** What a turn of ours leaves open, for the model that was picked: models elsewhere are large and know their own values. */
export const fillIn = ({ isOwn, ...request }: RunRequest, model: LanguageModel): RunRequest => {
  if (!isOwn) return request
  if (!model.capabilities.local) return { ...request, system: request.system ?? SYSTEM }
  const { system, maxOutputTokens, temperature } = SMALL
  return {
    ...request,
    system: request.system ?? system,
    maxOutputTokens: request.maxOutputTokens ?? maxOutputTokens,
    sampling: { temperature, ...request.sampling },
  }
}
