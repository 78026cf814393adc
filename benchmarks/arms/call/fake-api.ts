// Chat completions of nobody, in a process of its own: whole as JSON, or word by word when a stream is asked for.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ANSWER, MODEL } from './task.ts'

const words = ANSWER.split(/(?= )/)
const usage = { prompt_tokens: 32, completion_tokens: words.length, total_tokens: 32 + words.length }
const base = { id: 'chatcmpl-1', created: 1_790_000_000, model: MODEL }

const whole = JSON.stringify({
  ...base,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' }],
  usage,
})

const chunk = (delta: object, finish_reason: string | null = null): object => ({
  ...base,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
})
const events = [
  chunk({ role: 'assistant', content: '' }),
  ...words.map((content) => chunk({ content })),
  chunk({}, 'stop'),
  { ...base, object: 'chat.completion.chunk', choices: [], usage },
].map((event) => `data: ${JSON.stringify(event)}\n\n`)

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (text: string) => (body += text))
  request.on('end', () => {
    if ((JSON.parse(body) as { stream?: boolean }).stream) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of events) response.write(event)
      response.end('data: [DONE]\n\n')
    } else response.writeHead(200, { 'content-type': 'application/json' }).end(whole)
  })
})
server.listen(0, '127.0.0.1', () => process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`))
process.on('disconnect', () => process.exit())
