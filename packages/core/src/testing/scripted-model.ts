import { createSecretId } from '../lifecycle/create-id.ts'
import { messageText } from '../message/create-message.ts'
import type { StreamPart } from '../message/stream-part.ts'
import { emptyUsage } from '../message/usage.ts'
import type { LanguageModel, ModelCapabilities, ModelRequest, Prompt } from '../model/language-model.ts'
import type { JsonValue } from '../schema/json.ts'

/** One answer of a script: text, tool calls, an error to stream, or whole parts for full control. */
export type ScriptedAnswer =
  | string
  | { toolCalls: { name: string; arguments: JsonValue; id?: string }[]; text?: string }
  | { parts: StreamPart[] }

export interface ScriptedModelOptions {
  id?: string
  /** Answers in order; the last one repeats. A function sees the request. */
  answers: ScriptedAnswer[] | ((request: ModelRequest, call: number) => ScriptedAnswer)
  capabilities?: Partial<ModelCapabilities>
}

export interface ScriptedModel extends LanguageModel {
  /** Every request so far. */
  readonly requests: ModelRequest[]
}

/** A LanguageModel that says what it is told. Tokens are words, so sums are easy to check by hand. */
export const createScriptedModel = ({
  id = 'scripted',
  answers,
  capabilities,
}: ScriptedModelOptions): ScriptedModel => {
  const requests: ModelRequest[] = []
  const next = (request: ModelRequest): ScriptedAnswer => {
    const call = requests.push(request) - 1
    if (typeof answers === 'function') return answers(request, call)
    return answers[Math.min(call, answers.length - 1)] ?? ''
  }
  return {
    id,
    requests,
    capabilities: {
      local: true,
      contextTokens: 2048,
      tools: 'grammar',
      structuredOutput: true,
      tokenCount: 'exact',
      reasoning: false,
      images: false,
      ...capabilities,
    },
    countTokens: async (prompt) => countWords(prompt),
    async *stream(request, { signal } = {}) {
      yield { type: 'start', model: id }
      const answer = next(request)
      for (const part of toParts(answer, request)) {
        if (signal?.aborted) return yield { type: 'abort', reason: 'aborted by the caller' }
        await Promise.resolve()
        yield part
      }
    },
  }
}

const words = (text: string): number => text.split(/\s+/).filter(Boolean).length

const countWords = ({ messages, tools = [] }: Prompt): number =>
  messages.reduce((sum, message) => sum + words(messageText(message)) + partWords(message), 0) +
  tools.reduce((sum, tool) => sum + words(`${tool.name} ${tool.description} ${JSON.stringify(tool.parameters)}`), 0)

const partWords = ({ parts }: Prompt['messages'][number]): number =>
  parts.reduce((sum, part) => {
    if (part.type === 'tool-call') return sum + words(`${part.name} ${JSON.stringify(part.arguments)}`)
    if (part.type === 'tool-result') return sum + words(`${part.name} ${JSON.stringify(part.result)}`)
    return sum
  }, 0)

function* toParts(answer: ScriptedAnswer, request: ModelRequest): Generator<StreamPart> {
  if (typeof answer === 'object' && 'parts' in answer) return yield* answer.parts
  const text = typeof answer === 'string' ? answer : (answer.text ?? '')
  const calls = typeof answer === 'string' ? [] : answer.toolCalls
  for (const word of text.match(/\S+\s*/g) ?? []) yield { type: 'text-delta', text: word }
  for (const { name, arguments: args, id = `call_${createSecretId().slice(0, 12)}` } of calls) {
    yield { type: 'tool-call-start', id, name }
    yield { type: 'tool-call-delta', id, delta: JSON.stringify(args) }
    yield { type: 'tool-call-end', id, name, arguments: args }
  }
  const usage = { ...emptyUsage(), input: countWords(request), output: words(text) + calls.length }
  yield { type: 'usage', usage }
  yield { type: 'finish', finishReason: calls.length ? 'tool-calls' : 'stop', usage }
}
