import type {
  CallOptions,
  CollectionOptions,
  CollectionQuery,
  CollectionStamp,
  JsonObject,
  JsonValue,
  KeyScope,
  MetadataUpdate,
  MigrateCollectionOptions,
  MoveOptions,
  PrivacyLabel,
  SearchOptions,
  TurnRequest,
  VectorFilter,
} from '@rt/core'
import * as z from 'zod'
import type { WireMessage } from './message-bytes.ts'

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Invalid input: expected object',
)
const json = z.custom<JsonValue>((value) => value !== undefined, 'Invalid input: expected a value')
const count = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
const plain = z.string().regex(/^[^\p{Cc}]*$/u, 'control characters are not allowed')

/** Timers take no more. */
const LONGEST_MS = 500 * 3_600_000

/** Names a thread, a collection, a key. */
const label = plain.min(1).max(200)
/** Of messages and documents. */
const privacy = z.literal('local-only').optional()
/** The server's own working folder means nothing to whoever asks. */
const absolutePath = plain
  .min(1)
  .max(4096)
  .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'expected an absolute path')

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

export type TurnBody = Omit<TurnRequest, 'messages'> & { messages: WireMessage[] }

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
  maxSteps: count.optional(),
  label: privacy,
  keepAliveMs: z.int().min(-1).max(LONGEST_MS).optional(),
})

export const ingestSchema: z.ZodType<{ paths: string[]; prune?: boolean; label?: PrivacyLabel }> = z.strictObject({
  paths: z.array(absolutePath).min(1).max(10_000),
  prune: z.boolean().optional(),
  label: privacy,
})

const raw = z.number().optional()
/** How a search is done, alike for passages and for records. What is in a filter is checked by the store. */
const tuning = {
  mode: z.enum(['dense', 'keyword', 'hybrid']).optional(),
  filter: jsonObject.optional() as z.ZodType<VectorFilter | undefined>,
  words: z.enum(['any', 'all', 'phrase', 'prefix']).optional(),
  fusion: z.enum(['min-max', 'rrf']).optional(),
  weights: z.strictObject({ keyword: z.number().min(0), dense: z.number().min(0) }).optional(),
  threshold: z.strictObject({ cosine: raw, dot: raw, distance: raw, bm25: raw, rerank: raw }).optional(),
  mmr: z
    .strictObject({
      lambda: z.number().min(0).max(1).optional(),
      candidates: z.int().min(1).max(10_000).optional(),
    })
    .optional(),
  group: z.strictObject({ by: z.string().min(1).max(1024), size: z.int().min(1).max(10_000).optional() }).optional(),
  explain: z.boolean().optional(),
  exact: z.boolean().optional(),
  rerank: z
    .strictObject({
      model: z.string().min(1).max(4096).optional(),
      candidates: z.int().min(1).max(10_000).optional(),
    })
    .optional(),
}

export const searchSchema: z.ZodType<{ query: string } & Omit<SearchOptions, keyof CallOptions>> = z.strictObject({
  query: z.string(),
  k: z.int().min(1).max(1000).optional(),
  collection: label.optional(),
  label: privacy,
  ...tuning,
})

/** Its numbers are checked where it is decoded: a schema for each of a thousand would take longer than the search. */
const vector = z.custom<string | number[]>(
  (value) => typeof value === 'string' || Array.isArray(value),
  'Invalid input: expected a list of numbers, or base64',
)

export const collectionSearchSchema: z.ZodType<
  Omit<CollectionQuery, 'vector'> & { vector?: string | number[] | undefined }
> = z.strictObject({
  vector: vector.optional(),
  text: z.string().optional(),
  k: z.int().min(1).max(10_000).optional(),
  ...tuning,
})

export const newCollectionSchema: z.ZodType<{
  name: string
  stamp?: CollectionStamp
  options?: CollectionOptions
}> = z.strictObject({
  name: label,
  stamp: z
    .strictObject({
      dimensions: z.int().min(1).max(65_536),
      metric: z.enum(['cosine', 'dot', 'l2']),
      fingerprint: z.string().min(1).max(1024),
    })
    .optional(),
  options: z
    .strictObject({
      tokenizer: z.enum(['porter', 'unicode61', 'trigram']).optional(),
      ttl: z.int().min(1).optional(),
      index: z.enum(['auto', 'flat', 'usearch', 'hnsw']).optional(),
      recall: z.number().gt(0).max(1).optional(),
    })
    .optional(),
})

export const aliasSchema: z.ZodType<{ changes: Record<string, string | null> }> = z.strictObject({
  changes: z.record(label, z.union([label, z.null()])),
})

const ids = z.array(z.string().min(1)).max(100_000)
/** Of vectors in an answer: base64 (true), numbers, or none. */
const vectors = z.union([z.boolean(), z.literal('numbers')]).optional()
export type Vectors = boolean | 'numbers' | undefined

export const newRecordsSchema: z.ZodType<{ records: unknown[] }> = z.strictObject({ records: z.array(z.unknown()) })

export const getRecordsSchema: z.ZodType<{ ids: string[]; vectors?: Vectors }> = z.strictObject({ ids, vectors })

export const updateRecordsSchema: z.ZodType<{ changes: MetadataUpdate[] }> = z.strictObject({
  changes: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        set: jsonObject.optional(),
        remove: z.array(z.string()).optional(),
      }),
    )
    .max(100_000),
})

export const deleteRecordsSchema: z.ZodType<{ ids: string[] } | { filter: VectorFilter }> = z.union([
  z.strictObject({ ids }),
  z.strictObject({ filter: jsonObject }),
])

const filter = jsonObject.optional() as z.ZodType<VectorFilter | undefined>

export const countSchema: z.ZodType<{ filter?: VectorFilter | undefined }> = z.strictObject({ filter })

export const scrollSchema: z.ZodType<{
  filter?: VectorFilter | undefined
  limit?: number
  after?: string
  vectors?: Vectors
}> = z.strictObject({
  filter,
  limit: z.int().min(1).max(10_000).optional(),
  after: z.string().optional(),
  vectors,
})

export const exportSchema: z.ZodType<{ filter?: VectorFilter | undefined; vectors?: Vectors }> = z.strictObject({
  filter,
  vectors,
})

const place = z.strictObject({
  store: z.enum(['sqlite', 'lancedb', 'pgvector', 'qdrant']),
  url: plain.min(1).max(4096).optional(),
  apiKey: z.string().min(1).max(4096).optional(),
})

export const moveSchema: z.ZodType<Omit<MoveOptions, 'onProgress' | keyof CallOptions>> = z.strictObject({
  to: place.optional(),
  from: place.optional(),
  keep: z.boolean().optional(),
  resume: z.boolean().optional(),
})

export const migrateSchema: z.ZodType<Pick<MigrateCollectionOptions, 'force'>> = z.strictObject({
  force: z.boolean().optional(),
})

export const rerankSchema: z.ZodType<{
  query: string
  documents: string[]
  model?: string
  topK?: number
  label?: PrivacyLabel
}> = z.strictObject({
  query: z.string(),
  documents: z.array(z.string()).max(10_000),
  model: z.string().min(1).max(4096).optional(),
  topK: count.optional(),
  label: privacy,
})

export const forgetSchema: z.ZodType<{ source: string; collection?: string }> = z.strictObject({
  source: z.string().min(1).max(4096),
  collection: label.optional(),
})

export const newKeySchema: z.ZodType<{ name: string; scope: KeyScope }> = z.strictObject({
  name: label,
  scope: z.enum(['chat', 'admin']),
})

export const unloadSchema: z.ZodType<{ model: string }> = z.strictObject({ model: z.string().min(1).max(4096) })

export const backupSchema: z.ZodType<{ path: string }> = z.strictObject({ path: absolutePath })

export const traceListSchema: z.ZodType<{ limit?: number }> = z.strictObject({
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
})

export const costSchema: z.ZodType<{ days?: number }> = z.strictObject({
  days: z.coerce.number().int().min(1).max(36_500).optional(),
})
