// LangChain's ChatOpenAI as its documentation shows it, without tracing.
import { ChatOpenAI } from '@langchain/openai'
import { answerRounds, MAX_TOKENS, MODEL, PROMPT, SYSTEM } from './task.ts'

const model = new ChatOpenAI({
  model: MODEL,
  apiKey: 'fake',
  maxTokens: MAX_TOKENS,
  temperature: 0,
  configuration: { baseURL: process.argv[2]! },
})

await answerRounds(async () => {
  const { text } = await model.invoke([
    ['system', SYSTEM],
    ['user', PROMPT],
  ])
  return text
})
