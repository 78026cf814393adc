import { emptyUsage, type LanguageModel, type ModelRequest, type StreamPart } from '@rt/core'
import { ANSWER, CITY, TOOL } from './task.ts'

const USAGE = { ...emptyUsage(), input: 60, output: 20 }

/** Calls the tool, then answers: whole, as the models of the other arms do. To count costs it nothing. */
export const scriptedModel = (id: string): LanguageModel => ({
  id,
  capabilities: {
    local: false,
    contextTokens: 1_000_000,
    tools: 'native',
    structuredOutput: true,
    tokenCount: 'estimate',
    reasoning: false,
    images: false,
  },
  countTokens: async () => 60,
  async *stream(request) {
    yield { type: 'start', model: id }
    yield* hasResult(request) ? answer : call()
    yield { type: 'usage', usage: USAGE }
    yield { type: 'finish', finishReason: hasResult(request) ? 'stop' : 'tool-calls', usage: USAGE }
  },
})

const hasResult = ({ messages }: ModelRequest): boolean => messages.at(-1)?.role === 'tool'

const answer: StreamPart[] = [{ type: 'text-delta', text: ANSWER }]

let calls = 0
const call = (): StreamPart[] => {
  const id = `call_${++calls}`
  return [
    { type: 'tool-call-start', id, name: TOOL },
    { type: 'tool-call-delta', id, delta: JSON.stringify({ city: CITY }) },
    { type: 'tool-call-end', id, name: TOOL, arguments: { city: CITY } },
  ]
}
