import { type Approver, type Principal, RtError } from '@rt/core'

/** People who are there while turns run, by whom they answer for. */
export interface Approvers {
  /** Asks the one of the newest turn of that principal; refuses where nobody is. */
  approve: Approver
  /** The same stream, while which somebody is there. */
  during<T>(principal: Principal, approve: Approver | undefined, stream: AsyncIterable<T>): AsyncIterable<T>
}

export const createApprovers = (): Approvers => {
  let present: { principal: Principal; approve: Approver }[] = []
  return {
    async approve(request, options) {
      const found = present.findLast(({ principal }) => principal === request.principal)
      if (found) return found.approve(request, options)
      throw new RtError({
        code: 'approval_required',
        message: `${request.name} did not run: ${request.reason}, and nobody is there to be asked.`,
      })
    },
    async *during(principal, approve, stream) {
      if (!approve) return yield* stream
      const one = { principal, approve }
      present = [...present, one]
      try {
        yield* stream
      } finally {
        present = present.filter((other) => other !== one)
      }
    },
  }
}
