import { type CallOptions, type LoopState, type Message, openScope, type StreamPart, toTerminal } from '@rt/core'
import { callModel, type ModelAnswer } from './call-model.ts'
import { createRun } from './create-run.ts'
import { decideNext } from './decide-next.ts'
import { announceCalls, executeTools } from './execute-tools.ts'
import type { LoopOptions, LoopProgress, LoopRun, ToolCall } from './loop-options.ts'
import { mendCalls } from './mend-calls.ts'
import { prepareStep } from './prepare-step.ts'
import { createUniqueCallIds } from './unique-call-ids.ts'

/**
 * Calls the model, runs the tools it asks for, and calls it again until it answers.
 *
 * Emits step-start, context, the model's parts, tool-progress, tool-result, approval-request and step-finish for each step,
 * then exactly one of finish, error or abort, with the usage of all steps. It never throws. A reader that leaves early stops
 * model and tools.
 */
export async function* runLoop(options: LoopOptions, callOptions: CallOptions = {}): AsyncGenerator<StreamPart> {
  const scope = openScope(callOptions.signal)
  const { signal } = scope
  let run: LoopRun | undefined
  try {
    const current = (run = createRun(options, signal, callOptions))
    const rename = createUniqueCallIds(options.messages, run.earlier)
    let answer = yield* resumeCalls(run)
    for (;;) {
      if (answer) {
        const decision = await decideNext(run, answer, () => progressOf(current))
        if (decision.next === 'finish') {
          if (decision.warning) yield { type: 'warning', ...decision.warning }
          return yield { type: 'finish', finishReason: decision.finishReason, usage: run.meter.usage }
        }
      }
      answer = yield* takeStep(run, rename)
    }
  } catch (thrown) {
    yield toTerminal(thrown, { usage: run?.meter.usage, signal })
  } finally {
    scope.end()
  }
}

async function* takeStep(
  run: LoopRun,
  rename: (part: StreamPart) => StreamPart,
): AsyncGenerator<StreamPart, ModelAnswer> {
  const step = ++run.meter.step
  const start: StreamPart = { type: 'step-start', step }
  run.written.add(start)
  yield start
  const { request, toolChoice, report } = await prepareStep(run, progressOf(run))
  run.label ??= request.messages.find((message) => message.label)?.label
  yield { type: 'context', context: report }
  const answer = yield* callModel(run, request, rename)
  const calls = yield* mendCalls(run, answer.calls, toolChoice)
  if (calls.length > 0) {
    announceCalls(run, calls)
    await checkpoint(run)
    yield* executeTools(run, calls, toolChoice)
    await checkpoint(run)
  }
  yield { type: 'step-finish', step, finishReason: answer.finishReason }
  return { ...answer, calls }
}

/** What an earlier run left open: calls a person has decided about since, and calls whose process ended under them. */
async function* resumeCalls(run: LoopRun): AsyncGenerator<StreamPart, ModelAnswer | undefined> {
  if (!run.options.resume) return undefined
  const calls = [...run.pending.values()].map((call): ToolCall => ({ ...call, modelId: call.id }))
  if (calls.length > 0) {
    markStarted(run)
    await checkpoint(run)
    yield* executeTools(run, calls, 'auto')
    await checkpoint(run)
  }
  const unanswered = unansweredCalls([...run.earlier, ...run.written.messages()])
  if (calls.length === 0 && unanswered.length === 0) return undefined
  return { calls: [...calls, ...unanswered], finishReason: 'tool-calls' }
}

/** A call that was decided is about to run: should the process end now, nobody could tell whether it did. */
const markStarted = ({ pending }: LoopRun): void => {
  for (const [id, { reason: _, ...call }] of pending) if (call.decision) pending.set(id, call)
}

/** Calls to tools of the client, which are answered elsewhere. */
const unansweredCalls = (messages: Message[]): ToolCall[] => {
  const parts = messages.flatMap((message) => message.parts)
  const answered = new Set(parts.flatMap((part) => (part.type === 'tool-result' ? [part.id] : [])))
  return parts.flatMap((part) =>
    part.type === 'tool-call' && !answered.has(part.id) ? [{ ...part, modelId: part.id }] : [],
  )
}

const checkpoint = async (run: LoopRun): Promise<void> => run.options.checkpoint?.(stateOf(run))

const stateOf = ({ meter, earlier, written, pending, label, tainted }: LoopRun): LoopState => ({
  step: meter.step,
  repairs: meter.repairs,
  written: [...earlier, ...written.messages()],
  usage: meter.usage,
  calls: meter.calls,
  ms: meter.ms,
  usd: meter.usd,
  pending: [...pending.values()],
  ...(label && { label }),
  tainted,
})

const progressOf = ({ options, meter, earlier, written, label }: LoopRun): LoopProgress => ({
  step: meter.step,
  calls: meter.calls,
  usage: meter.usage,
  ms: meter.ms,
  usd: meter.usd,
  // What a model wrote about labelled messages stays labelled when the next step leaves those out.
  messages: [
    ...options.messages,
    ...[...earlier, ...written.messages()].map((message) => ({ ...message, ...(label && { label }) })),
  ],
})
