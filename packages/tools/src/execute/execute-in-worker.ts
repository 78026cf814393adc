import type { ToolContext } from '@rt/core'
import type { WorkerContext } from '../tool-options.ts'

/**
 * Runs the tool's module in a thread of its own, which a timeout and an abort end whatever it does.
 *
 * @throws what the tool throws, and RtError `overloaded` when it takes more than 256 MB.
 */
export async function* executeInWorker(
  module: URL,
  input: unknown,
  { signal, callId, principal, thread }: ToolContext,
): AsyncGenerator<unknown, unknown> {
  // Most programs have no such tool.
  const { runInThread } = await import('@rt/node/worker')
  const context: WorkerContext = { callId, principal, ...(thread !== undefined && { thread }) }
  return yield* runInThread({ module, args: [input, context], signal })
}
