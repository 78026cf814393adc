// LangChain's `createAgent` as its documentation shows it, without tracing.
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { createAgent, tool } from 'langchain'
import { z } from 'zod'
import { ANSWER, CITY, DESCRIPTION, PROMPT, runRounds, SYSTEM, TOOL, weatherOf } from './task.ts'

let calls = 0

class ScriptedChatModel extends BaseChatModel {
  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const answers = messages.at(-1)?.type === 'tool'
    const message = answers
      ? new AIMessage(ANSWER)
      : new AIMessage({
          content: '',
          tool_calls: [{ id: `call_${++calls}`, name: TOOL, args: { city: CITY }, type: 'tool_call' }],
        })
    return { generations: [{ text: answers ? ANSWER : '', message }] }
  }
}

const agent = createAgent({
  model: new ScriptedChatModel({}),
  tools: [
    tool(async ({ city }: { city: string }) => JSON.stringify(weatherOf(city)), {
      name: TOOL,
      description: DESCRIPTION,
      schema: z.object({ city: z.string() }),
    }),
  ],
  systemPrompt: SYSTEM,
})

await runRounds(async () => {
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: PROMPT }] })
  return messages.at(-1)?.text ?? ''
})
