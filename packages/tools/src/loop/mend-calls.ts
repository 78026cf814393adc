import type { StreamPart, Tool, ToolChoice } from '@rt/core'
import { parseCall } from '../execute/execute-call.ts'
import type { LoopRun, ToolCall } from './loop-options.ts'
import { canRedecode, redecodeCall } from './redecode-call.ts'

/** Behind these the model is told what is wrong instead, which costs a step. */
const MOST_REDECODES = 3

/**
 * Ends the calls of a model that can redecode. Arguments its tool does not take are written again first, which takes only
 * their own tokens; when that does not help, the call goes on as it is and the tool's refusal is the model's to read.
 *
 * @returns the calls as they are to be run.
 * @throws RtError only `aborted`.
 */
export async function* mendCalls(
  run: LoopRun,
  calls: ToolCall[],
  toolChoice: ToolChoice,
): AsyncGenerator<StreamPart, ToolCall[]> {
  if (!canRedecode(run.model)) return calls
  const mended: ToolCall[] = []
  for (const call of calls) {
    const tool = toolChoice === 'none' ? undefined : run.tools.get(call.name)
    const settled = tool ? yield* mend(run, tool, call) : call
    mended.push(settled)
    const { modelId: _, input: __, ...end } = settled
    const part: StreamPart = { type: 'tool-call-end', ...end }
    run.written.add(part)
    yield part
  }
  return mended
}

async function* mend(run: LoopRun, tool: Tool, call: ToolCall): AsyncGenerator<StreamPart, ToolCall> {
  let current = call
  for (let left = MOST_REDECODES; ; left--) {
    const { signal, clock } = run
    const parsed = await parseCall({ tool, arguments: current.arguments, signal, clock })
    if ('input' in parsed) return { ...current, input: { value: parsed.input } }
    if (parsed.error.code !== 'tool_arguments' || left === 0) return current
    const again = yield* redecodeCall(run, current)
    if (!again) return current
    current = again
  }
}
