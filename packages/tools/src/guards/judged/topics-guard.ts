import { type EmbeddingModel, type Guard, RtError } from '@rt/core'
import { createJudgedGuard } from './judged-guard.ts'

/** What may be asked about, or not. */
export interface Topic {
  /** Named on the trace, and to whoever is refused. */
  name: string
  /** Questions or sentences of it, a few. Default: its name. */
  examples?: readonly string[]
}

export interface TopicsGuardOptions {
  embedder: EmbeddingModel | (() => Promise<EmbeddingModel>)
  /** What is asked must be near one of these. Default: anything is allowed. */
  allow?: readonly Topic[]
  /** And nearer to one of these it must not be. */
  deny?: readonly Topic[]
  /** Cosine from which on a question is of a topic. Default: what the embedder says of itself, else 0.5. */
  threshold?: number
  /** Default `block`. */
  action?: 'block' | 'warn'
}

const NAME = 'topics'
const OFF_TOPIC = 'off-topic'

/**
 * Refuses questions that are of no allowed topic, or of a denied one, by how near they are to examples. What it is worth
 * depends on the embedder and the examples: try it with real questions.
 *
 * @throws RtError `invalid_request` without any topic.
 */
export const createTopicsGuard = ({
  embedder,
  allow = [],
  deny = [],
  threshold,
  action = 'block',
}: TopicsGuardOptions): Guard => {
  if (allow.length + deny.length === 0)
    throw new RtError({
      code: 'invalid_request',
      message: 'the topics guard has no topics.',
      hint: 'Give some to `allow` or `deny`.',
    })
  const topics = [
    ...allow.map((topic) => ({ topic, isAllowed: true })),
    ...deny.map((topic) => ({ topic, isAllowed: false })),
  ]
  const examples = topics.flatMap(({ topic: { name, examples: texts = [name] }, isAllowed }) =>
    texts.map((text) => ({ name, text, isAllowed })),
  )
  let loading: Promise<{ model: EmbeddingModel; vectors: Float32Array[] }> | undefined
  const load = (): Promise<{ model: EmbeddingModel; vectors: Float32Array[] }> =>
    (loading ??= prepare().catch((error: unknown) => {
      loading = undefined
      throw error
    }))
  const prepare = async (): Promise<{ model: EmbeddingModel; vectors: Float32Array[] }> => {
    const model = await (typeof embedder === 'function' ? embedder() : embedder)
    // Questions are compared with questions: both sides are of one kind.
    const { vectors } = await model.embed(
      examples.map(({ text }) => text),
      { kind: 'document' },
    )
    return { model, vectors }
  }
  return createJudgedGuard({
    guard: NAME,
    on: ['input'],
    action,
    isLocal: async () => (await load()).model.local,
    async judge(text, options) {
      const { model, vectors } = await load()
      const { vectors: asked } = await model.embed([text], { ...options, kind: 'document' })
      const least = threshold ?? model.relatedCosine ?? 0.5
      const scored = examples
        .map((example, index) => ({ ...example, score: dot(asked[0]!, vectors[index]!) }))
        .toSorted((a, b) => b.score - a.score)
      const denied = scored.find(({ isAllowed }) => !isAllowed)
      const allowed = scored.find(({ isAllowed }) => isAllowed)
      const isDenied = denied && denied.score >= least && denied.score >= (allowed?.score ?? 0)
      if (isDenied) return { rule: denied.name, score: denied.score }
      return allowed && allowed.score < least ? { rule: OFF_TOPIC, score: 1 - allowed.score } : undefined
    },
  })
}

/** Of vectors of length 1: their cosine. */
const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}
