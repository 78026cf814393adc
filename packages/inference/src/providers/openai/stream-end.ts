import { type FinishReason, RtError, type Usage } from '@rt/core'

/** How an answer ended. */
export interface StreamEnd {
  finishReason: FinishReason
  usage?: Usage | undefined
}

export const endedEarly = (id: string): RtError =>
  new RtError({
    code: 'provider_error',
    message: `the stream of ${id} ended before the answer did.`,
    hint: 'What had come is kept. The call can be made again.',
    data: { provider: id },
  })
