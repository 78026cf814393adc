import type { ModelRequest, Reasoning } from '@rt/core'
import { createAnswerReader, type AnswerReader } from './answer-reader.ts'
import { CALL_MARKERS, INNER_CALL_MARKERS } from './call-markers.ts'
import { createFrameReader, FRAME_MARKERS } from './frame-reader.ts'
import type { TemplateFeatures } from './inspect-template.ts'
import type { TemplateVariables } from './jinja-program.ts'
import { createThoughtReader } from './thought-reader.ts'
import { withoutNoise } from '../tool-instructions.ts'

/** How one answer is asked for and read, beside its messages. */
export interface AnswerPlan {
  /** Control text that goes behind the prompt. */
  prefix: string
  /** Most tokens of thought. */
  budgetTokens: number
  /** Ends a thought: fed to the model when the budget is used up. */
  closeText: string
  /** Control tokens that are text to the reader; all others are nothing. */
  markers: readonly string[]
  /** A fresh one for every answer. `thinking`: a grammar does not apply yet. */
  createReader(): AnswerReader & { readonly thinking?: boolean }
}

/** Thought in tokens where a model has no words of its own for how much it should think. */
const EFFORT_TOKENS = { low: 512, medium: 2048, high: Infinity }

/** What the request says to the template: tools, and how much to think. */
export const templateVariables = (
  { tools = [], toolChoice = 'auto', output, reasoning }: ModelRequest,
  features: TemplateFeatures,
): TemplateVariables => {
  const { thinkingSwitch, effort } = features
  const forced = (tools.length > 0 && toolChoice !== 'auto' && toolChoice !== 'none') || output?.type === 'json'
  // What is forced is answered at once, unless the request asks for thought.
  const wanted = reasoning ? wantsThought(reasoning) : forced ? false : undefined
  const word = reasoning?.effort ?? (wanted === false ? 'none' : undefined)
  return {
    ...(features.tools && offersTools({ tools, toolChoice }) && { tools: tools.map(toTemplateTool) }),
    ...(thinkingSwitch && wanted !== undefined && { [thinkingSwitch]: wanted }),
    ...(word && effort && { reasoning_effort: effort.includes(word) ? word : effort[0] }),
  }
}

const offersTools = ({ tools, toolChoice }: Required<Pick<ModelRequest, 'tools' | 'toolChoice'>>): boolean =>
  tools.length > 0 && toolChoice === 'auto'

const toTemplateTool = ({ name, description, parameters }: NonNullable<ModelRequest['tools']>[number]) => ({
  type: 'function',
  function: { name, description, parameters: withoutNoise(parameters) },
})

/** @param rendered the prompt, whose end says whether the model begins in the middle of a thought. */
export const planAnswer = (
  request: ModelRequest,
  { reasoning: format, effort }: TemplateFeatures,
  rendered: string,
): AnswerPlan => {
  const { tools = [], toolChoice = 'auto', output, reasoning } = request
  const offered = offersTools({ tools, toolChoice })
  const forced = (tools.length > 0 && !offered && toolChoice !== 'none') || output?.type === 'json'
  const callMarkers = offered
    ? [...CALL_MARKERS.flatMap(({ begin, end = '' }) => [begin, end]), ...INNER_CALL_MARKERS]
    : []
  const create = (): AnswerReader => createAnswerReader(request)
  if (!format) return { prefix: '', budgetTokens: Infinity, closeText: '', markers: callMarkers, createReader: create }

  const { open, close, openText, closeText, directText = '', framed } = format
  const isOpen = rendered.trimEnd().endsWith(open.trimEnd())
  const wants = reasoning && wantsThought(reasoning)
  const prefix = isOpen
    ? wants === false
      ? closeText
      : ''
    : forced && wants
      ? openText
      : (forced || wants === false) && !rendered.trimEnd().endsWith(close)
        ? directText
        : ''
  const begun = (isOpen && wants !== false) || prefix === openText
  const direct = prefix !== '' && !begun
  return {
    prefix,
    budgetTokens: budgetOf(reasoning, effort !== undefined),
    closeText,
    markers: [...callMarkers, ...(framed ? FRAME_MARKERS : [open, close])],
    createReader: () =>
      framed
        ? createFrameReader(format, { begun: direct ? 'answer' : begun, forced, tools, answer: create() })
        : forced && !begun
          ? create()
          : createThoughtReader(format, { begun, forced, answer: create() }),
  }
}

const wantsThought = ({ effort, budgetTokens }: Reasoning): boolean => effort !== 'none' && budgetTokens !== 0

const budgetOf = (reasoning: Reasoning | undefined, hasEfforts: boolean): number => {
  if (!reasoning) return Infinity
  if (!wantsThought(reasoning)) return 0
  const { effort, budgetTokens } = reasoning
  return budgetTokens ?? (effort && effort !== 'none' && !hasEfforts ? EFFORT_TOKENS[effort] : Infinity)
}
