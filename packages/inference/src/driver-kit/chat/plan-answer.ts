import type { ModelRequest, Reasoning } from '@rt/core'
import { createAnswerReader, type AnswerReader } from './answer-reader.ts'
import { CALL_MARKERS, INNER_CALL_MARKERS } from './call-markers.ts'
import { createFrameReader, FRAME_MARKERS } from './frame-reader.ts'
import type { TemplateFeatures } from './inspect-template.ts'
import { isForced, offersTools } from './is-forced.ts'
import type { TemplateVariables } from './jinja-program.ts'
import type { ReasoningFormat } from './reasoning-formats.ts'
import { type Beginning, createThoughtReader } from './thought-reader.ts'
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
export const templateVariables = (request: ModelRequest, features: TemplateFeatures): TemplateVariables => {
  const { tools = [], reasoning } = request
  const { thinkingSwitch, effort } = features
  // What is forced is answered at once, unless the request asks for thought.
  const wanted = reasoning ? wantsThought(reasoning) : isForced(request) ? false : undefined
  const word = reasoning?.effort ?? (wanted === false ? 'none' : undefined)
  return {
    ...(features.tools && offersTools(request) && { tools: tools.map(toTemplateTool) }),
    ...(thinkingSwitch && wanted !== undefined && { [thinkingSwitch]: wanted }),
    ...(word && effort && { reasoning_effort: effort.includes(word) ? word : effort[0] }),
  }
}

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
  const { tools = [], reasoning } = request
  const markers = offersTools(request) ? CALL_TEXTS : []
  const create = (): AnswerReader => createAnswerReader(request)
  if (!format) return { prefix: '', budgetTokens: Infinity, closeText: '', markers, createReader: create }

  const forced = isForced(request)
  const { prefix, begins } = beginningOf(format, { forced, wants: reasoning && wantsThought(reasoning), rendered })
  return {
    prefix,
    budgetTokens: budgetOf(reasoning, effort !== undefined),
    closeText: format.closeText,
    markers: [...markers, ...(format.framed ? FRAME_MARKERS : [format.open, format.close])],
    createReader() {
      if (format.framed) return createFrameReader(format, { begins, forced, tools, answer: create() })
      // A grammar leaves no room for a thought that was not begun.
      return forced && begins !== 'thought'
        ? create()
        : createThoughtReader(format, { begins, forced, answer: create() })
    },
  }
}

const CALL_TEXTS: readonly string[] = [
  ...CALL_MARKERS.flatMap(({ begin, end = '' }) => [begin, end]),
  ...INNER_CALL_MARKERS,
]

const beginningOf = (
  { open, openText, closeText, directText = '' }: ReasoningFormat,
  { forced, wants, rendered }: { forced: boolean; wants: boolean | undefined; rendered: string },
): { prefix: string; begins: Beginning } => {
  const isOpen = rendered.trimEnd().endsWith(open.trimEnd())
  if (isOpen) return wants === false ? { prefix: closeText, begins: 'answer' } : { prefix: '', begins: 'thought' }
  if (forced && wants) return { prefix: openText, begins: 'thought' }
  // One that thinks all the same is stopped by its budget of nothing.
  if (forced || wants === false) return { prefix: directText, begins: directText ? 'answer' : 'open' }
  return { prefix: '', begins: 'open' }
}

const wantsThought = ({ effort, budgetTokens }: Reasoning): boolean => effort !== 'none' && budgetTokens !== 0

const budgetOf = (reasoning: Reasoning | undefined, hasEfforts: boolean): number => {
  if (!reasoning) return Infinity
  if (!wantsThought(reasoning)) return 0
  const { effort, budgetTokens } = reasoning
  return budgetTokens ?? (effort && effort !== 'none' && !hasEfforts ? EFFORT_TOKENS[effort] : Infinity)
}
