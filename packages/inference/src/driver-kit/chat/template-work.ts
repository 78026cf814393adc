import { RtError, toRtError } from '@rt/core'
import { inspectTemplate, type TemplateFeatures } from './inspect-template.ts'
import { foldMessages } from './fold-messages.ts'
import { compileJinja, type JinjaProgram, type TemplateVariables } from './jinja-program.ts'
import type { TemplateMessage } from './template-message.ts'

/** What is done with a template, in this process or in one of its own. */
export interface TemplateWork {
  inspect(params: { source: string; constants: TemplateVariables }): TemplateFeatures
  /**
   * The messages as they are, else without what was thought, which some templates refuse beside text, else folded.
   *
   * @throws RtError `invalid_request` when it refuses all, with what it said of the first; `model_invalid` over budget.
   */
  render(params: { source: string; messages: TemplateMessage[]; variables: TemplateVariables }): string
}

export const createTemplateWork = (): TemplateWork => {
  let last: { source: string; program: JinjaProgram } | undefined
  const compiled = (source: string): JinjaProgram => {
    if (last?.source !== source) last = { source, program: compileJinja(source) }
    return last.program
  }
  return {
    inspect: ({ source, constants }) => inspectTemplate(source, compiled(source), constants),
    render({ source, messages, variables }) {
      const program = compiled(source)
      let failure: RtError | undefined
      for (const form of FORMS) {
        try {
          return program.render({ ...variables, messages: form(messages) })
        } catch (error) {
          failure ??= toRtError(error)
          if (RtError.isInstance(error) && error.code === 'model_invalid') throw error
        }
      }
      throw new RtError({
        code: 'invalid_request',
        message: `the chat template refuses these messages: ${failure?.message ?? 'there are none'}`,
        hint: 'Begin with a system or user message and let user and assistant take turns.',
        cause: failure,
      })
    },
  }
}

const withoutThoughts = (messages: TemplateMessage[]): (TemplateMessage & { content: string })[] =>
  messages.map(({ reasoning_content: _a, thinking: _b, reasoning: _c, content, ...rest }) => ({
    ...rest,
    content: typeof content === 'string' ? content : content.map(({ text = '' }) => text).join(''),
  }))

const FORMS: ((messages: TemplateMessage[]) => TemplateMessage[])[] = [
  (messages) => messages,
  withoutThoughts,
  (messages) => foldMessages(withoutThoughts(messages)),
]
