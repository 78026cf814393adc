import type { LabelScore, Reranker, TextClassifier } from '@rt/core'
import type { ModelState } from '../../host/model-state.ts'
import { type ModelHost, openModel, type OnnxModelOptions, type OpenedModel, requireWhole } from './open-model.ts'
import type { ScoreResult, ScorerSpec } from './protocol.ts'

export interface OnnxRerankerOptions extends OnnxModelOptions {
  /** Scores the model gives a pair: 1, or 2 of which the second says "relevant". Default 1. */
  labels?: 1 | 2
}

export interface OnnxClassifierOptions extends OnnxModelOptions {
  /** Names of what the model tells apart, in its own order (`id2label` of its config.json). */
  labels: string[]
  /** A text may have several of them: each score stands for itself, instead of all being 1 together. Default false. */
  multiLabel?: boolean
}

interface Held extends AsyncDisposable {
  /** What it holds in memory and does now. Zeros while its host does not run, which this does not change. */
  state(): Promise<ModelState>
}

/** Disposing frees the weights; the engine stays. */
export interface OnnxReranker extends Reranker, Held {}

/** Disposing frees the weights; the engine stays. */
export interface OnnxClassifier extends TextClassifier, Held {}

/** Texts of one message to the child. */
const GROUP = 64

export const loadReranker = async (models: ModelHost, options: OnnxRerankerOptions): Promise<OnnxReranker> => {
  const { id, modelPath, tokenizerPath, stamps, maxTokens, labels = 1, signal } = options
  const spec = { task: 'score', id, modelPath, tokenizerPath, maxTokens, stamps, labels, pairs: true } as const
  const model = await openModel<ScorerSpec>(models, spec, { signal })
  return {
    id,
    rerank: (query, documents, { topK = documents.length, signal: stop } = {}) =>
      model.request(stop, async () => {
        if (topK !== documents.length) requireWhole(id, { topK })
        const rows = await scoreAll(model, { texts: documents, pair: query }, stop)
        return rows
          .map((row, index) => ({ index, score: labels === 1 ? sigmoid(row[0]!) : softmax(row)[1]! }))
          .toSorted((a, b) => b.score - a.score || a.index - b.index)
          .slice(0, topK)
      }),
    state: () => model.state(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

export const loadClassifier = async (models: ModelHost, options: OnnxClassifierOptions): Promise<OnnxClassifier> => {
  const { id, modelPath, tokenizerPath, stamps, maxTokens, labels, multiLabel = false, signal } = options
  requireWhole(id, { 'the number of labels': labels.length })
  const spec = { task: 'score', id, modelPath, tokenizerPath, maxTokens, stamps, labels: labels.length } as const
  const model = await openModel<ScorerSpec>(models, { ...spec, pairs: false }, { signal })
  const scoresOf = (row: Float32Array): LabelScore[] => {
    const scores = multiLabel || labels.length === 1 ? Array.from(row, sigmoid) : softmax(row)
    return labels.map((label, index) => ({ label, score: scores[index]! })).toSorted((a, b) => b.score - a.score)
  }
  return {
    id,
    local: true,
    labels,
    classify: (texts, { signal: stop } = {}) =>
      model.request(stop, async () => (await scoreAll(model, { texts }, stop)).map(scoresOf)),
    state: () => model.state(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

const scoreAll = async (
  model: OpenedModel<ScorerSpec>,
  { texts, pair }: { texts: string[]; pair?: string },
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> => {
  const { labels } = model.spec
  const rows: Float32Array[] = []
  for (let first = 0; first < texts.length; first += GROUP) {
    const group = texts.slice(first, first + GROUP)
    const { logits } = await model.call<ScoreResult>('score', { texts: group, pair }, signal)
    for (let i = 0; i < group.length; i++) rows.push(logits.slice(i * labels, (i + 1) * labels))
  }
  return rows
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

const softmax = (values: Float32Array): number[] => {
  const most = Math.max(...values)
  const weights = Array.from(values, (value) => Math.exp(value - most))
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return weights.map((weight) => weight / sum)
}
