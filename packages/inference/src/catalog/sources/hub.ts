import { RtError } from '@rt/core'
import type { SourceLocation } from '../parse-source.ts'

type Env = Record<string, string | undefined>

/** How to reach the Hugging Face hub. */
export interface HubAccess {
  env: Env
  /** Default: `HF_TOKEN`. */
  token?: string | undefined
}

/** Whether `HF_HUB_OFFLINE` forbids asking the hub for anything; its values are those of huggingface_hub. */
export const isOffline = (env: Env): boolean => /^(?:1|yes|true|on)$/i.test(env.HF_HUB_OFFLINE ?? '')

/** https://huggingface.co/docs/hub/models-downloading: `<endpoint>/<repo>/resolve/<revision>/<path>`. */
export const hubUrl = ({ repo, revision, path }: Extract<SourceLocation, { scheme: 'hf' }>, env: Env): string =>
  `${endpointOf(env)}/${repo}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`

/** Sizes and hashes of the files of a repository. */
export const hubModelUrl = ({ repo, revision }: { repo: string; revision: string }, env: Env): string =>
  `${endpointOf(env)}/api/models/${repo}/revision/${revision}?blobs=true`

/** The token, for the hub alone: never over a connection that others can read, unless it ends on this machine. */
export const hubHeaders = ({ env, token }: HubAccess): Record<string, string> => {
  const secret = tokenOf({ env, token })
  const { protocol, hostname } = new URL(endpointOf(env))
  const safe = protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return secret && safe ? { authorization: `Bearer ${secret}` } : {}
}

/** What the hub's refusals mean and what to do about them; anything else is returned as it is. */
export const teachHub = (thrown: unknown, repo: string, access: HubAccess): unknown => {
  if (!RtError.isInstance(thrown)) return thrown
  const { status, retryAfterSeconds } = thrown.data ?? {}
  const known = tokenOf(access) !== undefined
  const teach = (message: string, hint: string): RtError =>
    new RtError({
      code: thrown.code,
      message: `${message} ${hint}`,
      hint,
      retryable: thrown.retryable,
      data: thrown.data ?? {},
      cause: thrown,
    })
  if (status === 401)
    return known
      ? teach(
          `the hub did not accept the token for ${repo}.`,
          'Make a new one with read access in your settings there, and set HF_TOKEN.',
        )
      : teach(
          `the hub shows ${repo} to known users only, or there is no such repository.`,
          'If it exists: accept its terms on its page there, make a token with read access, and set HF_TOKEN.',
        )
  if (status === 403)
    return teach(
      `the hub does not let ${known ? 'this token' : 'unknown users'} read ${repo}.`,
      `Accept its terms on its page there${known ? ', and check that the token may read gated repositories' : ' and set HF_TOKEN'}.`,
    )
  if (status === 404)
    return teach(`the hub has no such file in ${repo}.`, 'Check the spelling of repository, revision and file.')
  if (status === 429)
    return teach(
      `the hub wants to be asked less often${typeof retryAfterSeconds === 'number' ? ` (again in ${retryAfterSeconds} s)` : ''}.`,
      known ? 'Wait, then try again.' : 'Wait, then try again; with HF_TOKEN more is allowed.',
    )
  return thrown
}

const endpointOf = (env: Env): string => {
  const endpoint = (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')
  if (/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return endpoint
  throw new RtError({
    code: 'config_invalid',
    message: 'HF_ENDPOINT is not a web address.',
    hint: 'Set it to the address of a mirror that begins with https://, or unset it.',
  })
}

/** Only what can stand in a header. */
const tokenOf = ({ env, token }: HubAccess): string | undefined => {
  const text = (token ?? env.HF_TOKEN ?? env.HUGGING_FACE_HUB_TOKEN)?.trim()
  return text && /^[\x21-\x7e]{1,500}$/.test(text) ? text : undefined
}
