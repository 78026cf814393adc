import type { Prompt } from '@rt/core'
import type { LlamaModel } from 'node-llama-cpp'
import type { ChatTemplate } from '../../driver-kit/chat/chat-template.ts'
import { renderNeutralized, type PromptPiece } from '../../driver-kit/chat/neutralize.ts'
import { toTemplateMessages } from '../../driver-kit/chat/template-messages.ts'

type Token = ReturnType<LlamaModel['tokenize']>[number]

/** The prompt as the engine reads it. Counting and answering both come through here, so their numbers agree. */
export const tokenizePrompt = (
  prompt: Prompt,
  { model, template }: { model: LlamaModel; template: ChatTemplate },
): Token[] => {
  const pieces = renderNeutralized({
    content: toTemplateMessages(prompt, template),
    render: template.render,
    findControlTexts: (text) => findControlTexts(text, model),
    trustedKeys: ['role', 'type'],
  })
  const tokens = pieces.flatMap((piece, index) => tokenizePiece(piece, index, model))
  const { bos, shouldPrependBosToken } = model.tokens
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens
}

/** SentencePiece puts a space before every text it tokenises: only the first piece of a prompt may have it. */
const tokenizePiece = ({ text, literal }: PromptPiece, index: number, model: LlamaModel): Token[] =>
  model.tokenize(text, !literal, index === 0 ? undefined : 'trimLeadingSpace')

const findControlTexts = (text: string, model: LlamaModel): string[] => {
  const found = new Set<string>()
  let rest = text
  // Taking one text out may bring another to light; eight rounds are far more than any vocabulary needs.
  for (let round = 0; round < 8; round++) {
    const tokens = model.tokenize(rest, true)
    if (sameTokens(tokens, model.tokenize(rest, false))) break
    const controls = new Set(tokens.filter((token) => model.isSpecialToken(token)))
    for (const token of controls) {
      const control = model.detokenize([token], true)
      if (!control || !rest.includes(control)) continue
      found.add(control)
      rest = rest.replaceAll(control, ' ')
    }
  }
  return [...found]
}

const sameTokens = (a: readonly Token[], b: readonly Token[]): boolean =>
  a.length === b.length && a.every((token, index) => token === b[index])
