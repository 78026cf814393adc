import type { Prompt } from '@rt/core'
import type { ChatTemplate } from '../../driver-kit/chat/chat-template.ts'
import { renderNeutralized } from '../../driver-kit/chat/neutralize.ts'
import { toTemplateMessages } from '../../driver-kit/chat/template-messages.ts'
import type { LoadedTokenizer } from './load-tokenizer.ts'

/** The prompt as the model reads it. Counting and answering both come through here, so their numbers agree. */
export const tokenizePrompt = async (
  prompt: Prompt,
  { tokenizer, template }: { tokenizer: LoadedTokenizer; template: ChatTemplate },
): Promise<number[]> => {
  const controls = (tokenizer.json.added_tokens ?? []).filter(({ special }) => special).map(({ content }) => content)
  const pieces = await renderNeutralized({
    content: { messages: toTemplateMessages(prompt, template.features) },
    render: ({ messages }) => template.render(messages),
    findControlTexts: (text) => controls.filter((control) => text.includes(control)),
  })
  return pieces.flatMap(({ text, literal }) =>
    literal ? tokenizer.encodeLiteral(text) : tokenizer.tokenizer.encode(text, { add_special_tokens: false }).ids,
  )
}
