import { type JsonObject, RtError } from '@rt/core'
import { classifyRefusal } from './classify-refusal.ts'
import { cleanMessage } from './clean-message.ts'
import { providerOf } from './provider-of.ts'
import { readRetryAfter } from './retry-after.ts'

export interface Refusal {
  /** `<provider>/<model>`, or the provider's id. */
  id: string
  status: number
  /** What the API says. */
  message: string
  /** What the API calls it, where it has names for that. */
  word?: string
  header: (name: string) => string | null | undefined
  /** Taken out of the message wherever the API repeats it. */
  secret?: string | undefined
  /** For programs, beside status and retryAfterMs. */
  data?: JsonObject
}

/** A call that an HTTP API refused, as the error the router decides by. */
export const refusalError = ({ id, status, message, word = '', header, secret, data }: Refusal): RtError => {
  const retryAfterMs = readRetryAfter(header)
  return new RtError({
    ...classifyRefusal(status, word, message),
    message: `${id} answered ${status}: ${cleanMessage(message, [secret]) || 'no reason given'}`,
    data: { provider: providerOf(id), ...data, status, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  })
}
