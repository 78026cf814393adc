import {
  addUsage,
  type CallOptions,
  createMessageBuilder,
  emptyUsage,
  noopSpan,
  openScope,
  type PrivacyLabel,
  RtError,
  type StreamPart,
  systemClock,
  toTerminal,
  type Usage,
} from '@rt/core'
import { callModel } from './call-model.ts'
import { decideNext } from './decide-next.ts'
import { mendCalls } from './mend-calls.ts'
import { executeTools } from './execute-tools.ts'
import type { LoopOptions, LoopRun } from './loop-options.ts'
import { prepareStep } from './prepare-step.ts'
import { createUniqueCallIds } from './unique-call-ids.ts'

const DEFAULT_MAX_STEPS = 8

/**
 * Calls the model, runs the tools it asks for, and calls it again until it answers.
 *
 * Emits step-start, context, the model's parts, tool-result and step-finish for each step, then exactly one of finish,
 * error or abort, with the usage of all steps. It never throws. A reader that leaves early stops model and tools.
 */
export async function* runLoop(options: LoopOptions, callOptions: CallOptions = {}): AsyncGenerator<StreamPart> {
  const scope = openScope(callOptions.signal)
  const { signal } = scope
  let usage = emptyUsage()
  try {
    const run = createRun(options, signal, callOptions)
    const { messages, maxSteps = DEFAULT_MAX_STEPS } = options
    const rename = createUniqueCallIds(messages)
    let label: PrivacyLabel | undefined
    for (let step = 1; ; step++) {
      yield { type: 'step-start', step }
      // What a model wrote about labelled messages stays labelled when the next step leaves those out.
      const own = run.written.messages().map((message) => ({ ...message, ...(label && { label }) }))
      const { request, toolChoice, report } = await prepareStep(run, step, [...messages, ...own])
      label ??= request.messages.find((message) => message.label)?.label
      yield { type: 'context', context: report }
      const spend = (more: Usage): void => void (usage = addUsage(usage, more))
      const answer = yield* callModel(run, request, rename, spend)
      const calls = yield* mendCalls(run, answer.calls, toolChoice, spend)
      if (calls.length > 0) yield* executeTools(run, calls, toolChoice)
      yield { type: 'step-finish', step, finishReason: answer.finishReason }

      const decision = decideNext(run, answer, step, maxSteps)
      if (decision.next === 'step') continue
      const { finishReason } = decision
      if (finishReason === 'step-limit') yield stepLimitWarning(maxSteps)
      return yield { type: 'finish', finishReason, usage }
    }
  } catch (thrown) {
    yield toTerminal(thrown, { usage, signal })
  } finally {
    scope.end()
  }
}

const createRun = (options: LoopOptions, signal: AbortSignal, { span = noopSpan }: CallOptions): LoopRun => {
  const { tools = [], clientTools = [], maxSteps = DEFAULT_MAX_STEPS, clock = systemClock } = options
  if (!(Number.isInteger(maxSteps) && maxSteps >= 1))
    throw new RtError({
      code: 'invalid_request',
      message: `maxSteps is ${maxSteps}.`,
      hint: 'Give a whole number, 1 or more.',
    })
  const names = [...tools, ...clientTools].map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new RtError({
      code: 'invalid_request',
      message: `two tools are named "${twice}".`,
      hint: 'Rename one of them.',
    })
  const { toolChoice } = options
  if (typeof toolChoice === 'object' && !names.includes(toolChoice.name))
    throw new RtError({
      code: 'invalid_request',
      message: `toolChoice names "${toolChoice.name}", and no such tool was given.`,
      hint: names.length ? `There are: ${names.join(', ')}.` : 'Pass the tool in `tools`.',
    })
  if (toolChoice === 'required' && names.length === 0)
    throw new RtError({
      code: 'invalid_request',
      message: 'toolChoice is "required", and there is no tool.',
      hint: 'Pass `tools`.',
    })
  const byName = <T extends { name: string }>(list: T[]): Map<string, T> => new Map(list.map((one) => [one.name, one]))
  return {
    options,
    clock,
    signal,
    span,
    written: createMessageBuilder(),
    tools: byName(tools),
    clientTools: byName(clientTools),
  }
}

const stepLimitWarning = (maxSteps: number): StreamPart => ({
  type: 'warning',
  id: 'step-limit',
  message: `the run ended after ${maxSteps} steps, and the model still wanted to call tools.`,
})
