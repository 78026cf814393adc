import { RtError, type StreamPart, type ToolChoice } from '@rt/core'
import { errorOutcome, errorWithoutContent, executeCall, type ToolOutcome } from '../execute/execute-call.ts'
import type { LoopRun, ToolCall } from './loop-options.ts'
import { toolAttributes } from './span-attributes.ts'

/** A model that writes more calls than this in one answer is stuck: the rest come back as errors. */
const MAX_CALLS_PER_STEP = 32

/**
 * Runs the calls of one step in parallel; calls to client tools are left out. Results come in the order of the calls,
 * not as they finish, so that the next prompt does not depend on timing.
 *
 * @throws RtError only on abort, at once.
 */
export async function* executeTools(
  run: LoopRun,
  calls: ToolCall[],
  toolChoice: ToolChoice,
): AsyncGenerator<StreamPart> {
  const own = calls.filter(({ name }) => !run.clientTools.has(name))
  const running = own.map((call, index) => timed(run, call, index, toolChoice))
  for (const result of running) result.catch(() => {}) // The first abort leaves the others unread.
  for (const result of running) {
    const { call, outcome, ms } = await result
    if (outcome.cut)
      yield {
        type: 'warning',
        id: 'tool-result-cut',
        message: `parts of the result of ${call.name} were replaced by markers.`,
      }
    const { result: value, isError } = outcome
    const label = run.tools.get(call.name)?.label
    const part: StreamPart = {
      type: 'tool-result',
      id: call.id,
      name: call.name,
      result: value,
      ...(isError && { isError }),
      ...(label && { label }),
      ms,
    }
    run.written.add(part)
    yield part
  }
}

const timed = async (
  run: LoopRun,
  call: ToolCall,
  index: number,
  toolChoice: ToolChoice,
): Promise<{ call: ToolCall; outcome: ToolOutcome; ms: number }> => {
  const started = run.clock.monotonic()
  const outcome = await execute(run, call, index, toolChoice)
  return { call, outcome, ms: run.clock.monotonic() - started }
}

const execute = async (run: LoopRun, call: ToolCall, index: number, toolChoice: ToolChoice): Promise<ToolOutcome> => {
  // The name is the model's own text until it is found in the list: spans hold no content.
  const tool = run.tools.get(call.name)
  const span = run.span.child(
    `execute_tool ${tool?.name ?? '(unknown)'}`,
    toolAttributes(tool?.name ?? '(unknown)', call.id),
  )
  try {
    const refusal = refuse(call, index, toolChoice)
    const { options, signal, clock } = run
    const { principal, thread, guard } = options
    const outcome =
      refusal || !tool
        ? errorOutcome(refusal ?? unknownTool(run, call.name))
        : await executeCall({
            tool,
            callId: call.id,
            arguments: call.arguments,
            input: call.input,
            principal,
            thread,
            guard,
            signal,
            clock,
            span,
          })
    span.end(outcome.error && errorWithoutContent(outcome.error))
    return outcome
  } catch (error) {
    span.end(error)
    throw error
  }
}

const refuse = ({ name }: ToolCall, index: number, toolChoice: ToolChoice): RtError | undefined => {
  if (toolChoice === 'none')
    return new RtError({
      code: 'forbidden',
      message: `no tool may be called now, so ${name} did not run. Answer in text.`,
    })
  if (index >= MAX_CALLS_PER_STEP)
    return new RtError({
      code: 'overloaded',
      message: `more than ${MAX_CALLS_PER_STEP} calls in one step; ${name} did not run.`,
    })
  return undefined
}

const unknownTool = ({ tools, clientTools }: LoopRun, name: string): RtError => {
  const names = [...tools.keys(), ...clientTools.keys()].join(', ')
  return new RtError({
    code: 'tool_not_found',
    message: `no tool is named "${name}". ${names ? `There are: ${names}.` : 'There are none.'}`,
  })
}
