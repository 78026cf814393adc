import { RtError } from '@rt/core'
import type { SourceLocation } from '../parse-source.ts'
import { fetchToWorkspace } from './https.ts'
import type { Source } from './source.ts'

type Env = Record<string, string | undefined>

/** Downloads from the Hugging Face hub. `HF_ENDPOINT` names another one, `HF_HUB_OFFLINE` keeps away from it. */
export const hf: Source<'hf'> = async (location, request) => {
  if (isOffline(request.env)) throw new RtError({ code: 'unsupported', message: 'HF_HUB_OFFLINE is set.' })
  return await fetchToWorkspace(hubUrl(location, request.env), request)
}

/** Whether `HF_HUB_OFFLINE` forbids asking the hub for anything; its values are those of huggingface_hub. */
export const isOffline = (env: Env): boolean => /^(?:1|yes|true|on)$/i.test(env.HF_HUB_OFFLINE ?? '')

/** https://huggingface.co/docs/hub/models-downloading: `<endpoint>/<repo>/resolve/<revision>/<path>`. */
export const hubUrl = ({ repo, revision, path }: Extract<SourceLocation, { scheme: 'hf' }>, env: Env): string => {
  const endpoint = (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')
  return `${endpoint}/${repo}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`
}
