import { RtError } from '@rt/core'
import { fetchToWorkspace } from './https.ts'
import { hubHeaders, hubUrl, isOffline, teachHub } from './hub.ts'
import type { Source } from './source.ts'

/** Downloads from the Hugging Face hub. `HF_ENDPOINT` names another one, `HF_HUB_OFFLINE` keeps away from it. */
export const hf: Source<'hf'> = async (location, request) => {
  if (isOffline(request.env)) throw new RtError({ code: 'unsupported', message: 'HF_HUB_OFFLINE is set.' })
  try {
    return await fetchToWorkspace(hubUrl(location, request.env), request, hubHeaders(request))
  } catch (error) {
    throw teachHub(error, location.repo, request)
  }
}
