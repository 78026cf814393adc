import type { LanguageModel, Sampling } from '@rt/core'
import { type DefaultSampling, SAMPLING_OFF } from '../../driver-kit/sampling.ts'
import type { ModelState } from '../../host/model-state.ts'
import type { OnnxModelOptions } from './open-model.ts'

/** A decoder exported with its key-value cache. `maxTokens` is its context: prompt and answer together. */
export interface OnnxLanguageModelOptions extends OnnxModelOptions {
  /** Jinja chat template. Default: `chat_template.jinja` or `tokenizer_config.json` beside `tokenizerPath`. */
  template?: string | undefined
  /** The model's own sampling values. A request's win over these, these over {@link DEFAULT_SAMPLING}. */
  sampling?: Sampling | undefined
  /** Conversations answered side by side; others wait. Default 2. */
  sequences?: number
}

/** Disposing frees the weights; the engine stays. */
export interface OnnxLanguageModel extends LanguageModel, AsyncDisposable {
  /** SHA-256 of its chat template, in hex. */
  readonly templateHash: string
  /** What it holds in memory and does now. Zeros while its host does not run, which this does not change. */
  state(): Promise<ModelState>
}

/**
 * Where neither request nor model says otherwise: those of the gguf engine. Penalties look at the last 64 tokens of the answer; `xtc`,
 * `dry` and `logitBias` are not done here.
 */
export const DEFAULT_SAMPLING: DefaultSampling = {
  temperature: 0,
  topP: 0.95,
  topK: 40,
  minP: 0,
  repeatPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  ...SAMPLING_OFF,
}

export const DEFAULT_SEQUENCES = 2

/** Prompt tokens of one run: an abort waits for it, and so do other answers. */
export const PIECE = 64
