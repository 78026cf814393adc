import { type Approver, isTerminal, LOCAL, type Principal, type RunOperations, type StreamPart } from '@rt/core'

export interface AskApproverOptions {
  approve: Approver
  /** Whose run it is. Default `local`. */
  principal?: Principal
  thread?: string | undefined
  signal?: AbortSignal | undefined
}

/**
 * A turn of another process, with a person asked here: what they say is told to that process, and the turn goes on. A call
 * that nobody answers for, since asking failed, is left to wait.
 */
export async function* askApprover(
  runs: RunOperations,
  turn: AsyncIterable<StreamPart>,
  { approve, principal = LOCAL, thread, signal }: AskApproverOptions,
): AsyncGenerator<StreamPart> {
  const options = { principal, ...(signal && { signal }) }
  let parts = turn
  for (;;) {
    const requests: Extract<StreamPart, { type: 'approval-request' }>[] = []
    let waits = false
    for await (const part of parts) {
      if (part.type === 'approval-request') requests.push(part)
      else if (part.type === 'finish' && part.finishReason === 'approval') waits = true
      else yield part
      if (isTerminal(part)) break
    }
    const [first] = requests
    if (!waits || first?.run === undefined) return
    for (const { id, name, arguments: args, hash, reason } of requests) {
      const asked = { id, name, arguments: args, hash, reason, principal, thread }
      const { approved, reason: why } = await approve(asked, options)
      const decision = { call: id, hash }
      if (approved) await runs.approve(first.run, decision, options)
      else await runs.deny(first.run, { ...decision, ...(why !== undefined && { reason: why }) }, options)
    }
    parts = runs.resume(first.run, options)
  }
}
