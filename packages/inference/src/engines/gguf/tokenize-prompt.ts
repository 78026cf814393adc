import type { ModelRequest } from '@rt/core'
import type { LlamaModel } from 'node-llama-cpp'
import type { ChatTemplate } from '../../driver-kit/chat/chat-template.ts'
import { renderNeutralized, type PromptPiece } from '../../driver-kit/chat/neutralize.ts'
import { type AnswerPlan, planAnswer, templateVariables } from '../../driver-kit/chat/plan-answer.ts'
import { toTemplateMessages } from '../../driver-kit/chat/template-messages.ts'

type Token = ReturnType<LlamaModel['tokenize']>[number]

/** A request, or one whose prompt is there already. */
export interface PreparedRequest extends ModelRequest {
  prepared?: Token[]
}

/** The prompt as the engine reads it, and how its answer is read. Counting and answering both come through here, so their numbers agree. */
export const tokenizePrompt = async (
  request: PreparedRequest,
  { model, template }: { model: LlamaModel; template: ChatTemplate },
): Promise<{ tokens: Token[]; plan: AnswerPlan }> => {
  if (request.prepared)
    return { tokens: request.prepared, plan: planAnswer(request, { ...template.features, reasoning: undefined }, '') }
  const { tools, ...others } = templateVariables(request, template.features)
  const pieces = await renderNeutralized({
    content: { messages: toTemplateMessages(request, template.features), ...(tools !== undefined && { tools }) },
    render: ({ messages, ...offered }) => template.render(messages, { ...others, ...offered }),
    findControlTexts: (text) => findControlTexts(text, model),
  })
  const plan = planAnswer(request, template.features, pieces.at(-1)?.text ?? '')
  const prefix = plan.prefix ? [{ text: plan.prefix, literal: false }] : []
  const tokens = [...pieces, ...prefix].flatMap((piece, index) => tokenizePiece(piece, index, model))
  const { bos, shouldPrependBosToken } = model.tokens
  return { tokens: shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens, plan }
}

/** SentencePiece puts a space before every text it tokenises: only the first piece of a prompt may have it. */
const tokenizePiece = ({ text, literal }: PromptPiece, index: number, model: LlamaModel): Token[] => {
  const tokens = model.tokenize(text, !literal, index === 0 ? undefined : 'trimLeadingSpace')
  // Marks of a format that are no control tokens are found in plain text too: only in parts are they text.
  if (!literal || text.length < 2 || !tokens.some((token) => isMark(token, model))) return tokens
  const half = Math.ceil(text.length / 2)
  return [text.slice(0, half), text.slice(half)].flatMap((part) =>
    tokenizePiece({ text: part, literal }, index || 1, model),
  )
}

const findControlTexts = (text: string, model: LlamaModel): string[] => {
  const found = new Set<string>()
  let rest = text
  // Taking one text out may bring another to light; eight rounds are far more than any vocabulary needs.
  for (let round = 0; round < 8; round++) {
    const marks = new Set(model.tokenize(rest, true).filter((token) => isMark(token, model)))
    let changed = false
    for (const mark of marks) {
      const control = model.detokenize([mark], true)
      if (!control || !rest.includes(control)) continue
      found.add(control)
      rest = rest.replaceAll(control, ' ')
      changed = true
    }
    if (!changed) break
  }
  return [...found]
}

/** Control tokens, and those of a format that its vocabulary counts as text, like `<tool_call>`; not runs of spaces or words. */
const isMark = (token: Token, model: LlamaModel): boolean => {
  const known = marksOf.get(model) ?? new Map<Token, boolean>()
  marksOf.set(model, known)
  let verdict = known.get(token)
  if (verdict === undefined) {
    verdict =
      model.isSpecialToken(token) ||
      (model.getTokenAttributes(token).userDefined && MARK.test(model.detokenize([token], true)))
    known.set(token, verdict)
  }
  return verdict
}

/** Asking the binding about every token of a prompt takes longer than tokenising it. */
const marksOf = new WeakMap<LlamaModel, Map<Token, boolean>>()

const MARK = /^[<[].*[>\]]$/s
