import { RtError } from '@rt/core'
import { fetchText } from '@rt/node/fetch'
import type { ModelKind } from '../types.ts'
import { type HubAccess, hubHeaders, hubModelUrl, isOffline, teachHub } from './hub.ts'

/** A repository of the hub, as its own list tells of it: untrusted. */
export interface HubModel {
  files: { path: string; bytes: number | undefined; sha256: string | undefined }[]
  licence?: string
  kind?: ModelKind
}

const CONNECT_TIMEOUT_MS = 3_000
const IDLE_TIMEOUT_MS = 15_000
const MOST_FILES = 20_000

/**
 * Asks the hub what a repository holds.
 *
 * @throws RtError that says what to do about a refusal; `unsupported` when `HF_HUB_OFFLINE` is set, `download_failed` when
 * the answer is none of a hub.
 */
export const readHubModel = async (
  at: { repo: string; revision: string },
  { signal, ...access }: HubAccess & { signal?: AbortSignal | undefined },
): Promise<HubModel> => {
  if (isOffline(access.env))
    throw new RtError({
      code: 'unsupported',
      message: `HF_HUB_OFFLINE is set, and nothing of ${at.repo} is on this machine.`,
      hint: 'Unset it, or name a model that is here: rt list shows them.',
    })
  let text: string
  try {
    text = await fetchText({
      url: hubModelUrl(at, access.env),
      headers: hubHeaders(access),
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      ...(signal && { signal }),
    })
  } catch (error) {
    throw teachHub(error, at.repo, access)
  }
  return readAnswer(text, at.repo)
}

const readAnswer = (text: string, repo: string): HubModel => {
  const value = readObject(text)
  const siblings = value['siblings']
  if (!Array.isArray(siblings))
    throw new RtError({
      code: 'download_failed',
      message: `the hub gave no list of the files of ${repo}.`,
      hint: 'Name the file itself: hf:owner/repo/file.gguf. A mirror may serve files only.',
    })
  const licence = readLicence(value)
  const kind = KINDS[String(value['pipeline_tag'])]
  return { files: siblings.slice(0, MOST_FILES).flatMap(readFile), ...(licence && { licence }), ...(kind && { kind }) }
}

const readObject = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const KINDS: Record<string, ModelKind | undefined> = {
  'feature-extraction': 'embed',
  'sentence-similarity': 'embed',
  'text-ranking': 'rerank',
}

const readFile = (value: unknown): HubModel['files'] => {
  const { rfilename, size, lfs } = (value ?? {}) as Record<string, unknown>
  if (typeof rfilename !== 'string' || rfilename.length > 500) return []
  const { sha256, size: lfsSize } = (lfs ?? {}) as Record<string, unknown>
  const bytes = [size, lfsSize].find((one): one is number => Number.isSafeInteger(one) && (one as number) >= 0)
  const hash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined
  return [{ path: rfilename, bytes, sha256: hash }]
}

const readLicence = (value: Record<string, unknown>): string | undefined => {
  const { license } = (value['cardData'] ?? {}) as Record<string, unknown>
  return typeof license === 'string' && /^[\w.+ -]{1,60}$/.test(license) ? license : undefined
}
