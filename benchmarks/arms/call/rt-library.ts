// @rt/inference without the runtime: one model, its stream gathered.
import { collect, createMessage } from '@rt/core'
import { createOpenAI } from '@rt/inference/openai'
import { answerRounds, MAX_TOKENS, MODEL, PROMPT, SYSTEM } from './task.ts'

const baseURL = process.argv[2]!
const model = createOpenAI({ id: 'fake', baseURL, apiKey: 'fake' }).languageModel(MODEL)

await answerRounds(async () => {
  const messages = [createMessage('system', SYSTEM), createMessage('user', PROMPT)]
  const answer = await collect(model.stream({ messages, maxOutputTokens: MAX_TOKENS, sampling: { temperature: 0 } }))
  return answer.text
})
