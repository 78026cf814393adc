// `ai` as its documentation shows it, without telemetry.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText } from 'ai'
import { answerRounds, MAX_TOKENS, MODEL, PROMPT, SYSTEM } from './task.ts'

const provider = createOpenAICompatible({ name: 'fake', baseURL: process.argv[2]!, apiKey: 'fake' })
const model = provider(MODEL)

await answerRounds(async () => {
  const { text } = await generateText({
    model,
    instructions: SYSTEM,
    prompt: PROMPT,
    maxOutputTokens: MAX_TOKENS,
    temperature: 0,
  })
  return text
})
