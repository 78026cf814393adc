import { type JsonObject, type JsonValue, RtError } from '@rt/core'
import type { AppSettings } from '../app-options.ts'

type Limits = Pick<AppSettings, 'maxBodyBytes' | 'maxJsonDepth'>

/**
 * The JSON object in a request's body, read within limits: bytes by Content-Length and by counting, nesting before
 * parsing.
 *
 * @throws RtError `payload_too_large`, or `invalid_json`.
 */
export const readJson = async (request: Request, limits: Limits): Promise<JsonObject> => {
  const value = await readJsonValue(request, limits)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw invalid('the body must be a JSON object.')
}

/** As `readJson`, of any kind. */
export const readJsonValue = async (request: Request, limits: Limits): Promise<JsonValue> => {
  const text = decodeUtf8(await readBytes(request, limits.maxBodyBytes))
  checkDepth(text, limits.maxJsonDepth)
  return parse(text)
}

export const isJson = (contentType: string | undefined): boolean =>
  /^application\/([\w.-]+\+)?json$/i.test(mediaType(contentType))

export const mediaType = (contentType: string | undefined): string => contentType?.split(';')[0]?.trim() ?? ''

const readBytes = async (request: Request, limit: number): Promise<Uint8Array> => {
  const declared = request.headers.get('content-length')
  if (declared !== null && Number(declared) > limit) throw tooLarge(limit)
  try {
    // The HTTP parser holds a client to its Content-Length, so one read is bounded; a chunked body is counted.
    const bytes = declared === null ? await countedBytes(request, limit) : new Uint8Array(await request.arrayBuffer())
    if (bytes.byteLength > limit) throw tooLarge(limit)
    return bytes
  } catch (error) {
    if (RtError.isInstance(error)) throw error
    throw new RtError({ code: 'aborted', message: 'the body did not arrive whole.', cause: error })
  }
}

const countedBytes = async (request: Request, limit: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  chunks.reduce((offset, chunk) => (bytes.set(chunk, offset), offset + chunk.byteLength), 0)
  return bytes
}

const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw invalid('the body is not valid UTF-8.', error)
  }
}

/** Counts open brackets outside strings: deep nesting would overflow whatever walks the value later. */
export const checkDepth = (text: string, limit: number): void => {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 0x5c) i++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) throw invalid(`the body nests deeper than ${limit} levels.`)
    } else if (code === 0x7d || code === 0x5d) depth--
  }
}

const parse = (text: string): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/, ".*$|, \.\.\..*$/s, '') : ''
    throw invalid(text === '' ? 'the body is empty.' : `the body is not valid JSON: ${reason}.`, error)
  }
}

const invalid = (message: string, cause?: unknown): RtError =>
  new RtError({ code: 'invalid_json', message, hint: 'Send one JSON object in UTF-8.', cause })

export const tooLarge = (limit: number): RtError =>
  new RtError({
    code: 'payload_too_large',
    message: `the body is larger than ${limit} bytes.`,
    hint: 'Send less, or raise maxBodyBytes.',
    data: { limit },
  })
