import { abortable, type PrivacyLabel, RtError, type StreamPart, type Tool, type ToolChoice } from '@rt/core'
import { errorOutcome, errorWithoutContent, executeCall, parseCall, type ToolOutcome } from '../execute/execute-call.ts'
import { isRepeatable } from '../execute/is-repeatable.ts'
import { callHash, callKey } from './call-hash.ts'
import { judgeCall } from './judge-call.ts'
import type { LoopRun, ToolCall } from './loop-options.ts'
import { createPartQueue, type PartQueue } from './part-queue.ts'
import { canRedecode } from './redecode-call.ts'
import { toolAttributes } from './span-attributes.ts'

/** A model that writes more calls than this in one answer is stuck: the rest come back as errors. */
const MAX_CALLS_PER_STEP = 32

/**
 * Runs the calls of one step, in parallel but for tools that want to be alone; calls to client tools are left out. Results
 * come in the order of the calls, not as they finish, so that the next prompt does not depend on timing. A call that waits
 * for a person has no result: it stays in `run.pending`.
 *
 * @throws RtError only on abort, at once.
 */
export async function* executeTools(
  run: LoopRun,
  calls: ToolCall[],
  toolChoice: ToolChoice,
): AsyncGenerator<StreamPart> {
  const queue = createPartQueue()
  void runAll(run, calls, toolChoice, queue).then(queue.end, queue.fail)
  for await (const part of queue) {
    if (part.type === 'tool-result') run.written.add(part)
    yield part
  }
}

/** Calls that are known and have no result yet, so that a checkpoint names them. */
export const announceCalls = (run: LoopRun, calls: ToolCall[]): void => {
  const { principal } = run.options
  for (const { id, name, arguments: args } of ownCalls(run, calls))
    run.pending.set(id, { id, name, arguments: args, hash: callHash(name, args, principal) })
}

const ownCalls = (run: LoopRun, calls: ToolCall[]): ToolCall[] => calls.filter(({ name }) => !run.clientTools.has(name))

const runAll = async (run: LoopRun, calls: ToolCall[], toolChoice: ToolChoice, queue: PartQueue): Promise<void> => {
  let index = 0
  for (const batch of inBatches(run, ownCalls(run, calls))) {
    const running = batch.map((call) => runOne(run, call, index++, toolChoice, queue))
    for (const one of running) one.catch(() => {}) // The first abort leaves the others unread.
    for (const one of running) for (const part of await one) queue.push(part)
  }
}

/** Calls that run beside each other. */
const inBatches = ({ tools, options }: LoopRun, calls: ToolCall[]): ToolCall[][] => {
  const batches: ToolCall[][] = []
  let open = false
  for (const call of calls) {
    const alone = options.parallelCalls === false || tools.get(call.name)?.sequential === true
    if (alone || !open) batches.push([])
    batches.at(-1)!.push(call)
    open = !alone
  }
  return batches
}

const runOne = async (
  run: LoopRun,
  call: ToolCall,
  index: number,
  toolChoice: ToolChoice,
  queue: PartQueue,
): Promise<StreamPart[]> => {
  const started = run.clock.monotonic()
  const outcome = await execute(run, call, index, toolChoice, queue)
  if ('waits' in outcome) {
    const { hash } = run.pending.get(call.id)!
    const { runId } = run.options
    const { id, name, arguments: args } = call
    return [
      {
        type: 'approval-request',
        id,
        name,
        arguments: args,
        hash,
        reason: outcome.waits,
        ...(runId !== undefined && { run: runId }),
      },
    ]
  }
  run.pending.delete(call.id)
  const tool = run.tools.get(call.name)
  if (tool && !canRedecode(run.model)) run.repair.note(call.name, outcome.error?.code === 'tool_arguments')
  const label = tool?.label ?? outcome.label
  if (tool?.untrusted) run.tainted = true
  return [
    ...(outcome.cut ? [cutWarning(call.name)] : []),
    {
      type: 'tool-result',
      id: call.id,
      name: call.name,
      result: outcome.result,
      ...(outcome.isError && { isError: true }),
      ...(label && { label }),
      ...(tool?.untrusted && { untrusted: true }),
      ms: run.clock.monotonic() - started,
    },
  ]
}

const execute = async (
  run: LoopRun,
  call: ToolCall,
  index: number,
  toolChoice: ToolChoice,
  queue: PartQueue,
): Promise<ToolOutcome | { waits: string }> => {
  // The name is the model's own text until it is found in the list: spans hold no content.
  const tool = run.shown.has(call.name) ? run.tools.get(call.name) : undefined
  const span = run.span.child(
    `execute_tool ${tool?.name ?? '(unknown)'}`,
    toolAttributes(tool?.name ?? '(unknown)', call.id),
  )
  try {
    const refusal = refuse(run, call, index, toolChoice) ?? (tool ? undefined : unknownTool(run, call.name))
    const outcome = refusal ? errorOutcome(refusal) : await attempt({ ...run, span }, tool!, call, queue)
    if ('waits' in outcome) span.set({ 'rt.tool.verdict': 'waits' })
    span.end('error' in outcome && outcome.error ? errorWithoutContent(outcome.error) : undefined)
    return outcome
  } catch (error) {
    span.end(error)
    throw error
  }
}

/** Guard, arguments, permission, then the work. */
const attempt = async (
  run: LoopRun,
  tool: Tool,
  call: ToolCall,
  queue: PartQueue,
): Promise<ToolOutcome | { waits: string }> => {
  const { options, signal, clock, span } = run
  const { principal, thread, guard } = options
  const { id: callId, name } = call
  let args = call.arguments
  if (guard?.beforeTool) {
    const guarded = await settled(run, () => guard.beforeTool!(name, args, { signal, span }))
    if ('error' in guarded) return errorOutcome(guarded.error)
    args = guarded.value
  }
  const known = args === call.arguments ? call.input : undefined
  const parsed = known ? { input: known.value } : await parseCall({ tool, arguments: args, signal, clock })
  if ('error' in parsed) return errorOutcome(parsed.error)
  if (run.doubtful.has(callId) && !isRepeatable(tool)) return errorOutcome(interrupted(name))
  const hash = callHash(name, args, principal)
  const judged = await settled(run, () => judgeCall(run, tool, { ...call, arguments: args, hash }, parsed.input))
  if ('error' in judged) return errorOutcome(judged.error)
  if (judged.value.type === 'refused') return errorOutcome(judged.value.error)
  if (judged.value.type === 'wait') {
    const { reason } = judged.value
    run.pending.set(callId, { id: callId, name, arguments: args, hash, reason })
    return { waits: reason }
  }
  const key = callKey(name, args)
  const made = run.made.get(key) ?? 0
  run.made.set(key, made + 1)
  if (made >= run.meter.limits.repeats) return errorOutcome(repeated(name, made))
  run.meter.calls++
  let label: PrivacyLabel | undefined
  const outcome = await executeCall({
    tool,
    callId,
    arguments: args,
    input: { value: parsed.input },
    principal,
    thread,
    guard,
    signal,
    clock,
    span,
    onProgress: (result) => queue.push({ type: 'tool-progress', id: callId, name, result }),
    label: run.label,
    onLabel: (given) => (label = given),
  })
  return { ...outcome, ...(label && { label }) }
}

/** What a guard or a policy throws is the model's to read; an abort is not. */
const settled = async <T>({ signal }: LoopRun, work: () => Promise<T>): Promise<{ value: T } | { error: RtError }> => {
  try {
    return { value: await abortable(work(), signal) }
  } catch (error) {
    if (signal.aborted || !RtError.isInstance(error)) throw error
    return { error }
  }
}

const refuse = (run: LoopRun, { name }: ToolCall, index: number, toolChoice: ToolChoice): RtError | undefined => {
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
  const { calls, limits } = run.meter
  if (calls + index >= limits.calls)
    return new RtError({
      code: 'overloaded',
      message: `the run may make ${limits.calls} tool calls and has made them; ${name} did not run.`,
    })
  return undefined
}

const interrupted = (name: string): RtError =>
  new RtError({
    code: 'tool_failed',
    message: `${name} was under way when its process ended, and did not run again: nobody knows whether it did its work. Find out before you call it once more, or say so.`,
  })

/** A model that asks the same thing again and again does not read the answer. */
const repeated = (name: string, times: number): RtError =>
  new RtError({
    code: 'conflict',
    message: `${name} was called with these arguments before (${times} times), and did not run again. Use its result above, or answer.`,
  })

const unknownTool = ({ shown, clientTools }: LoopRun, name: string): RtError => {
  const names = [...new Set([...shown, ...clientTools.keys()])].join(', ')
  return new RtError({
    code: 'tool_not_found',
    message: `no tool is named "${name}". ${names ? `There are: ${names}.` : 'There are none.'}`,
  })
}

const cutWarning = (name: string): StreamPart => ({
  type: 'warning',
  id: 'tool-result-cut',
  message: `parts of the result of ${name} were replaced by markers.`,
})
