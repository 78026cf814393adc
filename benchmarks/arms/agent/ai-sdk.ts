// `generateText` of `ai` as its documentation shows it, without telemetry.
import { generateText, isStepCount, tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { z } from 'zod'
import { ANSWER, CITY, DESCRIPTION, PROMPT, runRounds, SYSTEM, TOOL, weatherOf } from './task.ts'

const usage = {
  inputTokens: { total: 60, noCache: 60, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 20, text: 20, reasoning: undefined },
}
let calls = 0
const model = new MockLanguageModelV4({
  doGenerate: async ({ prompt }) =>
    prompt.at(-1)?.role === 'tool'
      ? {
          content: [{ type: 'text', text: ANSWER }],
          finishReason: { unified: 'stop', raw: 'stop' },
          usage,
          warnings: [],
        }
      : {
          content: [
            {
              type: 'tool-call',
              toolCallId: `call_${++calls}`,
              toolName: TOOL,
              input: JSON.stringify({ city: CITY }),
            },
          ],
          finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
          usage,
          warnings: [],
        },
})
const tools = {
  [TOOL]: tool({
    description: DESCRIPTION,
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => weatherOf(city),
  }),
}

await runRounds(async () => {
  // It keeps every request it ever got.
  model.doGenerateCalls.length = 0
  const { text } = await generateText({ model, instructions: SYSTEM, prompt: PROMPT, tools, stopWhen: isStepCount(8) })
  return text
})
