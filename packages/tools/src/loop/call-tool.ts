import {
  type Approval,
  type CallOptions,
  createSecretId,
  emptyUsage,
  type JsonValue,
  type LanguageModel,
  RtError,
  type StreamPart,
  type Tool,
} from '@rt/core'
import { createRun } from './create-run.ts'
import { executeTools } from './execute-tools.ts'
import type { LoopOptions } from './loop-options.ts'

export interface CallToolOptions extends Pick<
  LoopOptions,
  'policy' | 'approve' | 'guard' | 'principal' | 'thread' | 'clock'
> {
  tool: Tool
  arguments: JsonValue
  /** A call that needs a person ends in `approval-request`. Default false: without `approve` it is refused. */
  canWait?: boolean
  /** What a person said about the request for approval with this hash. It holds for the same call only. */
  decision?: (Approval & { hash: string }) | undefined
}

/**
 * Runs one call that no model of ours wrote, with all that a call of the agent loop goes through: guard, arguments,
 * permission, limits. What its author has read is not known here, so it counts as `tainted`.
 *
 * Yields `tool-progress` and `warning`, and ends with one `tool-result` or `approval-request`.
 *
 * @throws RtError only on abort, at once.
 */
export async function* callTool(
  { tool, arguments: args, canWait = false, decision, ...options }: CallToolOptions,
  { signal = new AbortController().signal, span }: CallOptions = {},
): AsyncGenerator<StreamPart> {
  const call = { id: `call_${createSecretId()}`, name: tool.name, arguments: args }
  const decided = decision && {
    ...call,
    hash: decision.hash,
    reason: 'it was asked about before',
    decision: { approved: decision.approved, ...(decision.reason !== undefined && { reason: decision.reason }) },
  }
  const run = createRun(
    {
      ...options,
      tools: [tool],
      messages: [],
      model: NO_MODEL,
      assembler: { assemble: noModel },
      ...(canWait && { checkpoint: async () => {} }),
      resume: {
        step: 0,
        written: [],
        usage: emptyUsage(),
        calls: 0,
        ms: 0,
        pending: decided ? [decided] : [],
        tainted: true,
      },
    },
    signal,
    { span },
  )
  yield* executeTools(run, [{ ...call, modelId: call.id }], 'auto')
}

const noModel = (): never => {
  throw new RtError({ code: 'internal', message: 'a call by itself asked for a model.' })
}

const NO_MODEL: LanguageModel = {
  id: 'none',
  capabilities: {
    local: true,
    contextTokens: 0,
    tools: 'none',
    structuredOutput: false,
    tokenCount: 'exact',
    reasoning: false,
    images: false,
  },
  countTokens: noModel,
  stream: noModel,
}
