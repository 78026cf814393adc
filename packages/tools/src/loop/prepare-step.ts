import { abortable, type ContextReport, type ModelRequest, type Tool, type ToolChoice, withSpan } from '@rt/core'
import { contextAttributes } from './span-attributes.ts'
import { checkImages } from './check-images.ts'
import type { LoopProgress, LoopRun, StepChanges } from './loop-options.ts'

const DEFAULT_RESERVE = 512

export interface PreparedStep {
  request: ModelRequest
  toolChoice: ToolChoice
  report: ContextReport
}

/**
 * Decides what one step sends: what the caller changes, which tools, tool choice, then the messages that fit, then the
 * guard's word on them.
 *
 * @throws RtError `unsupported` for an image, `context_overflow` from the assembler, or whatever the guard refuses with.
 */
export const prepareStep = async (run: LoopRun, progress: LoopProgress): Promise<PreparedStep> => {
  const { options, signal } = run
  const { messages, step } = progress
  const changes =
    (options.prepareStep && (await abortable(Promise.resolve(options.prepareStep(progress)), signal))) ?? {}
  const { stop, logprobs, cacheKey, principal, guard, retrieved } = options
  const { model = options.model, system = options.system } = changes
  const { sampling, maxOutputTokens, reasoning } = { ...options, ...changes }
  run.model = model
  checkImages(model, messages)
  const shown = await chooseShown(run, progress, changes)
  const tools = [...shown, ...run.clientTools.values()].map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }))
  const toolChoice =
    changes.toolChoice ?? chooseTools(options.toolChoice, tools.length > 0, run.repair.active ? 1 : step)
  // A forced call is already one grammar; the form of the answer belongs to the step that answers.
  const output = isForced(toolChoice) ? undefined : (changes.output ?? options.output)
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

/** The tools of this step. What a selector brings of its own can be called from now on. */
const chooseShown = async (
  run: LoopRun,
  { messages }: LoopProgress,
  { tools: names }: StepChanges,
): Promise<Tool[]> => {
  const { selector, tools, principal, thread, toolChoice } = run.options
  let shown = tools ?? []
  if (selector && shown.length > 0) {
    const { signal, span } = run
    const request = { tools: shown, messages, principal, thread, shown: run.chosen }
    shown = await abortable(selector.select(request, { signal, span }), signal)
    // A tool that is named must be there.
    const forced = typeof toolChoice === 'object' ? run.tools.get(toolChoice.name) : undefined
    if (forced && !shown.includes(forced)) shown = [...shown, forced]
    run.chosen = shown
  }
  if (names) shown = shown.filter(({ name }) => names.includes(name))
  for (const tool of shown) run.tools.set(tool.name, tool)
  run.shown = new Set(shown.map(({ name }) => name))
  // Its name and description are text of others too.
  if (shown.some(({ origin }) => origin !== undefined)) run.tainted = true
  return shown
}

/** After a forced call the model must answer: left to itself a small one would call for ever. */
const chooseTools = (wanted: ToolChoice | undefined, hasTools: boolean, step: number): ToolChoice => {
  if (!hasTools) return 'none'
  const choice = wanted ?? 'auto'
  return step > 1 && isForced(choice) ? 'none' : choice
}

const isForced = (choice: ToolChoice): boolean => choice === 'required' || typeof choice === 'object'
