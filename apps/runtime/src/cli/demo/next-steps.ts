import { relative } from 'node:path'
import { called } from '../called.ts'

type Step = [purpose: string, command: string]

const LARGER = 'qwen2.5-coder:1.5b'

/** What to type next, each below what it does. `address`: of the server, while it goes on serving. */
export const nextSteps = (data: string, model: string, address?: string): Step[] => {
  const near = relative('', data)
  const folder = near.startsWith('..') ? data : near
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  const curl = `curl ${address}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`
  const steps: (Step | false)[] = [
    ['every step of the last answer', `${called} trace last --data ${folder}`],
    address !== undefined && ['as OpenAI clients ask', curl],
    [`ask more${address ? ', once this has stopped' : ''}`, `${called} chat --data ${folder}`],
    ['your own documents', `${called} ingest FOLDER`],
    model !== LARGER && ['better answers, fetches 1.1 GB', `${called} demo --model ${LARGER}`],
  ]
  return steps.filter((step) => step !== false)
}
