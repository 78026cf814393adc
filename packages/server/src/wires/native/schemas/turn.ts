import type { TurnRequest } from '@rt/core'
import * as z from 'zod'
import type { WireMessage } from '../message-bytes.ts'
import { count, json, jsonObject, label, privacy } from './primitives.ts'

/** Timers take no more. */
const LONGEST_MS = 500 * 3_600_000

const provider = z.record(z.string(), jsonObject).optional()
const part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string(), provider }),
  z.strictObject({ type: z.literal('reasoning'), text: z.string(), provider }),
  z.strictObject({ type: z.literal('tool-call'), id: z.string(), name: z.string(), arguments: json, provider }),
  z.strictObject({
    type: z.literal('tool-result'),
    id: z.string(),
    name: z.string(),
    result: json,
    isError: z.boolean().optional(),
    provider,
  }),
  z.strictObject({
    type: z.literal('file'),
    mediaType: z.string(),
    data: z.union([z.string(), z.strictObject({ base64: z.base64() })]),
    name: z.string().optional(),
    provider,
  }),
  z.strictObject({
    type: z.literal('citation'),
    index: z.int(),
    source: z.string(),
    chunkId: z.string(),
    headings: z.array(z.string()),
    start: z.int(),
    end: z.int(),
    converted: z.literal(true).optional(),
    quote: z.string(),
    provider,
  }),
])
const message = z.strictObject({
  v: z.literal(1),
  id: z.string().min(1).max(200),
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  parts: z.array(part),
  label: privacy,
})

const share = z.number().min(0).max(1)
/** Memory is kept for each of them. */
const lastTokens = z.int().max(2 ** 20)

const sampling = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  minP: z.number().min(0).max(1).optional(),
  repeatPenalty: z.number().min(0).max(10).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  seed: z.int().min(0).optional(),
  repeatLastTokens: lastTokens.min(0).optional(),
  xtc: z.strictObject({ probability: share, threshold: share }).optional(),
  dry: z
    .strictObject({
      multiplier: z.number().min(0).max(100),
      base: z.number().min(1).max(100).optional(),
      allowedLength: lastTokens.min(1).optional(),
      lastTokens: lastTokens.min(0).optional(),
      sequenceBreakers: z.array(z.string().min(1).max(100)).max(16).optional(),
    })
    .optional(),
  logitBias: z
    .array(
      z.strictObject({
        token: z.union([
          z
            .int()
            .min(0)
            .max(2 ** 31 - 1),
          z.string().min(1).max(100),
        ]),
        bias: z.number().min(-100).max(100),
      }),
    )
    .max(1024)
    .optional(),
})

const reasoning = z.strictObject({
  effort: z.enum(['none', 'low', 'medium', 'high']).optional(),
  budgetTokens: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
})

type TurnBody = Omit<TurnRequest, 'messages'> & { messages: WireMessage[] }

export const turnSchema: z.ZodType<TurnBody> = z.strictObject({
  messages: z.array(message).min(1),
  thread: label.optional(),
  model: label.optional(),
  toolChoice: z.union([z.enum(['none', 'auto', 'required']), z.strictObject({ name: z.string() })]).optional(),
  system: z.string().optional(),
  retrieve: z.union([z.boolean(), label]).optional(),
  output: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({ type: z.literal('json'), schema: jsonObject.optional(), name: z.string().optional() }),
      z.strictObject({ type: z.literal('grammar'), gbnf: z.string().max(262_144) }),
    ])
    .optional(),
  sampling: sampling.optional(),
  stop: z.array(z.string().min(1).max(256)).max(16).optional(),
  maxOutputTokens: count.optional(),
  reasoning: reasoning.optional(),
  limits: z
    .strictObject({
      steps: count.optional(),
      calls: count.optional(),
      repeats: count.optional(),
      tokens: count.optional(),
      ms: count.optional(),
      usd: z.number().min(0).optional(),
    })
    .optional(),
  durable: z.boolean().optional(),
  label: privacy,
  keepAliveMs: z.int().min(-1).max(LONGEST_MS).optional(),
})
