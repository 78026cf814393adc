import type { TemplateMessage } from './template-message.ts'

/** System text goes into the first user turn, tool results become user turns, neighbours of one role are joined. */
export const foldMessages = (messages: (TemplateMessage & { content: string })[]): TemplateMessage[] => {
  const folded: { role: string; content: string }[] = []
  for (const { role, content, tool_calls: calls = [] } of messages) {
    const text = [content, ...calls.map((call) => JSON.stringify(call.function))].filter(Boolean).join('\n')
    const as = role === 'assistant' ? role : 'user'
    const last = folded.at(-1)
    if (last?.role === as) last.content += `\n\n${text}`
    else folded.push({ role: as, content: text })
  }
  return folded
}
