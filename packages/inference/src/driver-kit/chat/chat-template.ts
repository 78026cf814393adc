import { RtError, toRtError } from '@rt/core'
import { Template } from '@huggingface/jinja'

/** A message as chat templates know it (the shape of Hugging Face transformers). */
export interface TemplateMessage {
  role: string
  content: string
  name?: string
  tool_calls?: { type: 'function'; function: { name: string; arguments: unknown } }[]
}

export interface ChatTemplate {
  /** The template has a turn of its own for tool results; otherwise calls and results are written as plain turns. */
  readonly knowsTools: boolean
  /** The prompt, up to where the assistant begins to write. */
  render(messages: TemplateMessage[]): string
}

/** Longest prompt a template may write, in characters: a hostile one must not fill the memory. */
const LONGEST = 32 * 1024 * 1024

/**
 * Renders a model's Jinja template. One that refuses the roles it is given (Gemma: no system; Mistral: roles must
 * alternate) is asked again with the system text inside the first user turn and neighbours of one role joined.
 */
export const createChatTemplate = ({
  source,
  bosToken = '',
  eosToken = '',
}: {
  source: string
  bosToken?: string | undefined
  eosToken?: string | undefined
}): ChatTemplate => {
  const template = parse(source)
  const run = (messages: TemplateMessage[]): string =>
    template.render({ messages, add_generation_prompt: true, bos_token: bosToken, eos_token: eosToken })
  return {
    knowsTools: /(['"])tool\1/.test(source) && source.includes('tool_calls'),
    render(messages) {
      const text = firstThatWorks([() => run(messages), () => run(fold(messages))])
      if (text.length <= LONGEST) return text
      throw new RtError({ code: 'model_invalid', message: `the chat template wrote ${text.length} characters.` })
    },
  }
}

const parse = (source: string): Template => {
  try {
    return new Template(source)
  } catch (error) {
    throw new RtError({
      code: 'model_invalid',
      message: `the chat template cannot be read: ${toRtError(error).message}`,
      hint: 'Load the model with a `template` of your own.',
    })
  }
}

const firstThatWorks = (attempts: (() => string)[]): string => {
  let failure: unknown
  for (const attempt of attempts) {
    try {
      return attempt()
    } catch (error) {
      failure ??= error
    }
  }
  throw new RtError({
    code: 'invalid_request',
    message: `the chat template refuses these messages: ${toRtError(failure).message}`,
    hint: 'Begin with a system or user message and let user and assistant take turns.',
    cause: failure,
  })
}

/** System text goes into the first user turn, tool results become user turns, neighbours of one role are joined. */
const fold = (messages: TemplateMessage[]): TemplateMessage[] => {
  const folded: TemplateMessage[] = []
  for (const { role, content, tool_calls: calls = [] } of messages) {
    const text = [content, ...calls.map((call) => JSON.stringify(call.function))].filter(Boolean).join('\n')
    const as = role === 'assistant' ? role : 'user'
    const last = folded.at(-1)
    if (last?.role === as) last.content += `\n\n${text}`
    else folded.push({ role: as, content: text })
  }
  return folded
}
