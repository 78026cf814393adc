import { type Message, messageText, type ModelRequest, RtError } from '@rt/core'
import { refuseGrammar } from '../../driver-kit/refuse-grammar.ts'
import { refuseLocal } from '../../driver-kit/refuse-local.ts'
import type { KServeModelOptions } from './options.ts'

type Words = Record<
  | 'maxTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'stop'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'repeatPenalty',
  string
>

const COMMON = {
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  repeatPenalty: 'repetition_penalty',
}

const WORDS: Record<NonNullable<KServeModelOptions['dialect']>, Words> = {
  vllm: { ...COMMON, seed: 'seed', stop: 'stop' },
  'tensorrt-llm': { ...COMMON, seed: 'random_seed', stop: 'stop_words' },
}

/** The body of a call to `generate_stream`. @throws RtError `unsupported` for what text in, text out cannot do. */
export const generateBody = (
  request: ModelRequest,
  { dialect = 'vllm', template = joinTexts, reports = false }: KServeModelOptions,
  id: string,
): string => {
  const { messages, tools = [], toolChoice, output, sampling = {}, stop, maxOutputTokens } = request
  refuseLocal(messages, id)
  refuseGrammar(request, id)
  if (tools.length > 0 && toolChoice !== 'none') throw cannot(id, 'call tools')
  if (output?.type === 'json') throw cannot(id, 'be held to a JSON schema')
  if (messages.some(({ parts }) => parts.some(({ type }) => type === 'file'))) throw cannot(id, 'read files')
  const words = WORDS[dialect]
  const values: [word: keyof Words, value: unknown][] = [
    ['maxTokens', maxOutputTokens],
    ['temperature', sampling.temperature],
    ['topP', sampling.topP],
    ['topK', sampling.topK || undefined],
    ['seed', sampling.seed],
    ['presencePenalty', sampling.presencePenalty],
    ['frequencyPenalty', sampling.frequencyPenalty],
    ['repeatPenalty', sampling.repeatPenalty],
    ['stop', stop?.length ? stop : undefined],
  ]
  const settings = {
    stream: true,
    ...Object.fromEntries(values.flatMap(([word, value]) => (value === undefined ? [] : [[words[word], value]]))),
  }
  const text = template(messages)
  if (dialect === 'tensorrt-llm') return JSON.stringify({ text_input: text, ...settings })
  return JSON.stringify({
    text_input: text,
    parameters: settings,
    exclude_input_in_output: true,
    ...(reports && { return_finish_reason: true, return_num_input_tokens: true, return_num_output_tokens: true }),
  })
}

export const joinTexts = (messages: Message[]): string => messages.map(messageText).filter(Boolean).join('\n\n')

const cannot = (id: string, what: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `${id} takes and gives text only, it cannot ${what}.`,
    hint: 'serve the model through an OpenAI-compatible endpoint and use the openai provider.',
  })
