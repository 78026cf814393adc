import { relative } from 'node:path'
import { called } from '../called.ts'

/** What to type next, each below what it does. `address`: of the server, while it goes on serving. */
export const nextSteps = (data: string, model: string, address?: string): [purpose: string, command: string][] => {
  const near = relative('', data)
  const folder = near.startsWith('..') ? data : near
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  return [
    ['every step of the last answer', `${called} trace last --data ${folder}`],
    ...(address
      ? ([
          [
            'as OpenAI clients ask',
            `curl ${address}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`,
          ],
        ] satisfies [string, string][])
      : []),
    [`ask more${address ? ', once this has stopped' : ''}`, `${called} chat --data ${folder}`],
    ['your own documents', `${called} ingest FOLDER`],
    ['better answers, fetches 1.1 GB', `${called} demo --model qwen2.5-coder:1.5b`],
  ]
}
