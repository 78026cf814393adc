import { type ChatTemplate, createChatTemplate } from '../chat-template.ts'
import { createTemplateWork } from '../template-work.ts'

/** A template of a test's own, rendered in this process. */
export const openTemplate = (source: string): Promise<ChatTemplate> => {
  const work = createTemplateWork()
  return createChatTemplate({
    source,
    process: {
      pid: undefined,
      start: async () => {},
      call: async (method, params) => work[method](params as never) as never,
      [Symbol.asyncDispose]: async () => {},
    },
  })
}
