import { createMessage, type LanguageModel, type Message, type ModelRequest, type Prompt } from '@rt/core'
import type { ModelPreset } from '@rt/inference/catalog'
import { defined } from '../defined.ts'

/**
 * The model with what the user laid down for its name: the system text where a conversation brings none, earlier turns
 * before it, stop sequences and the most tokens where the request says nothing.
 */
export const withPreset = <M extends LanguageModel>(model: M, preset: ModelPreset | undefined): M => {
  if (!preset) return model
  const { stop, maxOutputTokens } = preset
  const lay = <P extends Prompt>(prompt: P): P => ({ ...prompt, messages: withEarlier(prompt.messages, preset) })
  const laid: Pick<LanguageModel, 'countTokens' | 'stream'> = {
    countTokens: (prompt, options) => model.countTokens(lay(prompt), options),
    stream: (request, options) =>
      model.stream(
        lay({
          ...(stop && { stop }),
          ...(maxOutputTokens && { maxOutputTokens }),
          ...(defined(request) as ModelRequest),
        }),
        options,
      ),
  }
  // All else it can is its own, also what it may learn later.
  return Object.assign(Object.create(model) as M, laid)
}

/** Instructions stay first: chat templates demand it. */
const withEarlier = (messages: Message[], { system, messages: earlier = [] }: ModelPreset): Message[] => {
  const first = messages.findIndex(({ role }) => role !== 'system')
  const begin = first < 0 ? messages.length : first
  const instructions = messages.slice(0, begin)
  const own = instructions.length === 0 && system !== undefined ? [createMessage('system', system)] : instructions
  return [...own, ...earlier.map(({ role, text }) => createMessage(role, text)), ...messages.slice(begin)]
}
