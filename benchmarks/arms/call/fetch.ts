// The least a call can be: one request, its answer read whole.
import { answerRounds, MAX_TOKENS, MODEL, PROMPT, SYSTEM } from './task.ts'

const baseURL = process.argv[2]!

await answerRounds(async () => {
  const response = await fetch(`${baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer fake' },
    body: JSON.stringify({
      model: MODEL,
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: PROMPT },
      ],
      max_tokens: MAX_TOKENS,
      temperature: 0,
    }),
  })
  const answer = (await response.json()) as { choices: { message: { content: string } }[] }
  return answer.choices[0]?.message.content
})
