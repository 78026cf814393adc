import {
  checkLabel,
  type Embeddings,
  type EmbedOptions,
  type RankingOptions,
  type RerankResult,
  RtError,
  type Telemetry,
} from '@rt/core'
import type { Models } from './create-models.ts'
import { createTracedEmbedder } from './traced-embedder.ts'
import { tracedRerank } from './traced-rerank.ts'

/** Models asked by name that answer no turn, each call in a trace of its own. */
export interface ModelCalls {
  embed(name: string | undefined, texts: string[], options?: EmbedOptions): Promise<Embeddings & { model: string }>
  /** @param options.own the program or its operator wrote the model's name. */
  rank(
    name: string | undefined,
    query: string,
    documents: string[],
    options?: RankingOptions & { own?: boolean },
  ): Promise<{ model: string; results: RerankResult[] }>
}

export interface ModelCallsParts {
  models: Pick<Models, 'embedder' | 'reranker'>
  telemetry(): Promise<Telemetry>
}

export const createModelCalls = ({ models, telemetry }: ModelCallsParts): ModelCalls => ({
  async embed(name, texts, options) {
    const model = await models.embedder(name)
    if (!model) throw new RtError({ code: 'unsupported', message: 'this runtime has no embedder (embed: false).' })
    checkLabel(options?.label)
    if (options?.label && !model.local) throw elsewhere('embedder', model.id, 'bge-small-en-v1.5')
    // Those elsewhere stand in a trace whoever asks them.
    const traced = model.local ? createTracedEmbedder(model) : model
    const root = (await telemetry()).span('request', { 'rt.principal': options?.principal })
    try {
      return { ...(await traced.embed(texts, { ...options, span: root })), model: model.id }
    } finally {
      root.end()
    }
  },

  async rank(name, query, documents, { own = false, ...options } = {}) {
    checkLabel(options.label)
    const { model, local } = await models.reranker(name, { own })
    if (options.label && !local) throw elsewhere('reranker', model.id, 'bge-reranker-base')
    const root = (await telemetry()).span('request', { 'rt.principal': options.principal })
    try {
      return {
        model: model.id,
        results: await tracedRerank(model, local, { query, documents, ...options, root }),
      }
    } finally {
      root.end()
    }
  },
})

const elsewhere = (kind: 'embedder' | 'reranker', id: string, here: string): RtError =>
  new RtError({
    code: 'local_only',
    message: `the texts are local-only, and the ${kind} ${id} is not on this machine; nothing was sent to it.`,
    hint: `Name one on this machine, such as ${here}.`,
  })
