import type { JsonObject } from '@rt/core'
import * as z from 'zod'
import type { ChatBody } from './body.ts'
import { EFFORTS } from './decode-reasoning.ts'

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Invalid input: expected object',
)
const count = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)

/** Memory is kept for each of them. */
const lastTokens = z.int().max(2 ** 20)

/** A content part; which types a role may use is for the decoder to say, it knows why. */
const part = z.object({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  image_url: z.object({ url: z.string() }).optional(),
  input_audio: z.object({ data: z.string(), format: z.string() }).optional(),
  file: z
    .object({ file_data: z.string().nullish(), file_id: z.string().nullish(), filename: z.string().nullish() })
    .optional(),
})
const content = z.union([z.string(), z.array(part)])

const toolCall = z.object({
  id: z.string().min(1).max(256),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string(), arguments: z.string() }),
})

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), content }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z.array(toolCall).nullish(),
    reasoning_content: z.string().nullish(),
    reasoning: z.string().nullish(),
  }),
  z.object({ role: z.literal('tool'), content, tool_call_id: z.string(), name: z.string().nullish() }),
])

const tool = z.object({
  type: z.string(),
  function: z
    .object({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, "_" or "-"'),
      description: z.string().nullish(),
      parameters: jsonObject.nullish(),
    })
    .optional(),
})

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
])

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: z.string().nullish(), schema: jsonObject.nullish() }),
  }),
])

/** Names a thread or a collection. */
const label = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'control characters are not allowed')

/** Ours, so nobody sends it by habit: a mistyped key would leave out what it asks for, a privacy label too. */
const rt = z.strictObject({
  thread: label.nullish(),
  retrieve: z.union([z.boolean(), label]).nullish(),
  tools: z.array(label).max(128).nullish(),
  memory: z.boolean().nullish(),
  label: z.literal('local-only').nullish(),
})

const stop = z.string().min(1).max(256)

const chat = z.object({
  model: z.string().nullish(),
  messages: z.array(message).min(1),
  tools: z.array(tool).max(1024).nullish(),
  tool_choice: toolChoice.nullish(),
  response_format: responseFormat.nullish(),
  grammar: z.string().max(262_144).nullish(),
  reasoning_effort: z.enum(EFFORTS).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repeat_penalty: z.number().min(0).max(10).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.int().min(0).nullish(),
  logit_bias: z.record(z.string().min(1).max(100), z.number().min(-100).max(100)).nullish(),
  repeat_last_n: lastTokens.min(0).nullish(),
  xtc_probability: z.number().min(0).max(1).nullish(),
  xtc_threshold: z.number().min(0).max(1).nullish(),
  dry_multiplier: z.number().min(0).max(100).nullish(),
  dry_base: z.number().min(1).max(100).nullish(),
  dry_allowed_length: lastTokens.min(1).nullish(),
  dry_penalty_last_n: lastTokens.min(-1).nullish(),
  dry_sequence_breakers: z.array(z.string().min(1).max(100)).max(16).nullish(),
  stop: z.union([stop, z.array(stop).max(16)]).nullish(),
  max_tokens: count.nullish(),
  max_completion_tokens: count.nullish(),
  n: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  rt: rt.nullish(),
})

export const chatSchema: z.ZodType<ChatBody> = chat
export const threadSchema: z.ZodType<string> = label

/** Read above, or without any effect on the answer: nothing to warn about. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(chat.shape),
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
])
/** Without those that are yet to come. */
export const KNOWN_RT_FIELDS: ReadonlySet<string> = new Set(Object.keys(rt.shape).filter((field) => field !== 'memory'))
