import { relative } from 'node:path'

/** What to type next, each with what it does. */
export const nextSteps = (address: string, model: string, data: string): [command: string, purpose: string][] => {
  // `start` of the repository has no `rt` on the path and says how it is called there.
  const rt = process.env['RT_COMMAND'] ?? 'rt'
  const folder = relative('', data)
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  return [
    [`${rt} trace last --data ${folder}`, 'every step of the last answer'],
    [`${rt} chat --data ${folder}`, 'ask more, once this has stopped'],
    [`${rt} ingest ./docs`, 'your own documents'],
    [`${rt} demo --model qwen2.5-coder:1.5b`, 'better answers, fetches 1.1 GB'],
    [`curl ${address}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`, 'as OpenAI clients ask'],
  ]
}
