import { type ErrorCode, type JsonObject, RtError, toRtError } from '@rt/core'
import { classifyRefusal } from '../../driver-kit/classify-refusal.ts'
import { cleanMessage } from '../../driver-kit/clean-message.ts'
import { connectionFailure } from '../../driver-kit/connection-failure.ts'
import { readRetryAfter } from '../../driver-kit/retry-after.ts'
import type { Connection } from './connection.ts'

/** What an API says of a failure, from a body or from the middle of a stream. */
export interface Refusal {
  status?: number | undefined
  headers?: Headers | undefined
  /** The `error` of the body, or the body. */
  error?: unknown
}

/** Any failure of a call as the one error of rt. The SDK's own, which holds headers and bodies, stays behind. */
export const toError = (thrown: unknown, connection: Connection, model?: string): RtError => {
  for (let cause = thrown, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++)
    if (RtError.isInstance(cause)) return cause
  if (!(thrown instanceof Error)) return toRtError(thrown, 'provider_error')
  const { status, headers, error, type } = thrown as Error & Refusal & { type?: unknown }
  if (typeof status === 'number' || isObject(error) || type !== undefined)
    return refusalError({ status, headers, error: error ?? { message: thrown.message } }, connection, model)
  if (thrown instanceof SyntaxError)
    return new RtError({
      code: 'provider_error',
      message: `${connection.id} sent an event that is not JSON.`,
      data: { provider: connection.id },
    })
  return networkError(thrown, connection)
}

/** A connection that could not be made, or broke. */
export const networkError = (thrown: unknown, { id, baseURL }: Connection): RtError => {
  const reason = deepestCode(thrown)
  return new RtError({
    code: 'network',
    ...connectionFailure(`${id} at ${new URL(baseURL).host}`, reason),
    data: { provider: id, ...(reason && { reason }) },
  })
}

const deepestCode = (thrown: unknown): string => {
  let found = ''
  for (let cause = thrown, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++)
    if ('code' in cause && typeof cause.code === 'string') found = cause.code
  return found
}

/** What an API said no with. */
export const refusalError = ({ status, headers, error }: Refusal, connection: Connection, model?: string): RtError => {
  const { id, keyVariable } = connection
  const said = isObject(error) ? error : {}
  const message = clean(textOf(error), connection)
  // A stream has no status of its own: some say it in the code.
  const number = status ?? statusOf(said['code'])
  const word = [said['code'], said['type']].filter((value) => typeof value === 'string').join(' ')
  const kind = classifyRefusal(number, word, message)
  const wait = headers && readRetryAfter((name) => headers.get(name))
  const data: JsonObject = {
    provider: id,
    ...(number !== undefined && { status: number }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  }
  return new RtError({
    ...kind,
    ...(kind.code === 'unauthorized' && keyVariable && { hint: checkKey(keyVariable) }),
    message: `${id} ${verdict(kind.code, model)}${number === undefined ? '' : ` (${number})`}${message ? `: ${message}` : '.'}`,
    data,
  })
}

const verdict = (code: ErrorCode, model: string | undefined): string => {
  if (model && code === 'model_not_found') return `has no model ${JSON.stringify(model)}`
  return code === 'unauthorized' ? 'refused the key' : 'refused'
}

const checkKey = (variable: string): string =>
  `Check ${variable}, or the key in your settings: is it whole, still valid, and one of this API?`

const statusOf = (code: unknown): number | undefined => {
  const number = typeof code === 'number' ? code : Number(code)
  return Number.isInteger(number) && number >= 300 && number < 600 ? number : undefined
}

const textOf = (error: unknown): string => {
  if (typeof error === 'string') return error
  if (!isObject(error)) return ''
  const message = error['message'] ?? error['detail'] ?? error['error']
  return typeof message === 'string' ? message : JSON.stringify(message ?? error)
}

/** A foreign text for an error, without anything secret. */
export const clean = (text: string, connection: Connection): string => cleanMessage(text, secretsOf(connection))

const secretsOf = ({ apiKey, headers }: Connection): string[] => {
  const secrets = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)])
  try {
    secrets.push(apiKey() ?? '')
  } catch {
    // There is none to hide.
  }
  return secrets
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
