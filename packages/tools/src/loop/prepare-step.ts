import { abortable, type ContextReport, type ModelRequest, type Message, type ToolChoice, withSpan } from '@rt/core'
import { contextAttributes } from './span-attributes.ts'
import { checkImages } from './check-images.ts'
import type { LoopRun } from './loop-options.ts'

const DEFAULT_RESERVE = 512

export interface PreparedStep {
  request: ModelRequest
  toolChoice: ToolChoice
  report: ContextReport
}

/**
 * Decides what one step sends: tool choice, then the messages that fit, then the guard's word on them.
 *
 * @throws RtError `unsupported` for an image, `context_overflow` from the assembler, or whatever the guard refuses with.
 */
export const prepareStep = async (run: LoopRun, step: number, messages: Message[]): Promise<PreparedStep> => {
  const { options, signal } = run
  const { model, system, retrieved, sampling, stop, maxOutputTokens, reasoning, logprobs, cacheKey, principal, guard } =
    options
  checkImages(model, messages)
  const tools = [...run.tools.values(), ...run.clientTools.values()].map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }))
  const toolChoice = chooseTools(options.toolChoice, tools.length > 0, step)
  // A forced call is already one grammar; the form of the answer belongs to the step that answers.
  const output = isForced(toolChoice) ? undefined : options.output
  const prompt = { ...(tools.length && { tools }), toolChoice, ...(output && { output }) }
  const reserve = options.reserve ?? maxOutputTokens ?? DEFAULT_RESERVE

  const { messages: fitted, report } = await withSpan(run.span, 'context.assemble', {}, async (span) => {
    const request = {
      model,
      messages,
      reserve,
      ...prompt,
      ...(system !== undefined && { system }),
      ...(retrieved && { retrieved }),
    }
    const assembled = await abortable(options.assembler.assemble(request, { signal, span }), signal)
    span.set(contextAttributes(assembled.report))
    return assembled
  })
  const guarded = guard?.beforeModel
    ? await abortable(guard.beforeModel(fitted, { signal, span: run.span }), signal)
    : fitted

  const request: ModelRequest = {
    messages: guarded,
    ...prompt,
    ...(sampling && { sampling }),
    ...(stop && { stop }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(reasoning && { reasoning }),
    ...(logprobs && { logprobs }),
    principal,
    ...(cacheKey !== undefined && { cacheKey }),
  }
  return { request, toolChoice, report }
}

/** After a forced call the model must answer: left to itself a small one would call for ever. */
const chooseTools = (wanted: ToolChoice | undefined, hasTools: boolean, step: number): ToolChoice => {
  if (!hasTools) return 'none'
  const choice = wanted ?? 'auto'
  return step > 1 && isForced(choice) ? 'none' : choice
}

const isForced = (choice: ToolChoice): boolean => choice === 'required' || typeof choice === 'object'
