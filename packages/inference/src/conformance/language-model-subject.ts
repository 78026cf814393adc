import type { LanguageModel } from '@rt/core'
import type { WireAnswer, WireFault } from './fake-wire.ts'

/** What not every model has. Cases that need it are made for those that do. */
export type ModelFeature =
  /** It writes by itself, so that sampling, stop strings and control texts show. One that is played says what a test wrote. */
  | 'weights'
  | 'tools'
  | 'structured-output'
  | 'grammar'
  | 'logprobs'
  | 'reasoning'
  | 'redecode'
  /** `tokenCount` is `exact`. */
  | 'exact-count'
  /** Values that make no sense are refused before anything is sent or computed. */
  | 'validation'
  /** Its answers take long enough for an abort to find them running. */
  | 'slow'
  /** It holds something that is freed with it. */
  | 'dispose'
  /** A protocol with faults of its own: `providerConformance`. */
  | 'wire'

/** What a played model says next: an answer, one that stops before the text `never`, or a refusal. */
export type PlayedTurn = WireAnswer | { hang: WireAnswer } | { refuse: WireFault }

export interface ModelUnderTest {
  model: LanguageModel
  /** For a model that is played: what it says from now on. Left out: it writes by itself. */
  play?(turn: PlayedTurn): void
}

export interface LanguageModelSubject {
  /** Heads the tests. */
  name: string
  /** Hands a model to one test; it may be the same one each time. */
  run(test: (subject: ModelUnderTest) => Promise<void>): Promise<void>
  /**
   * What it has not, and why. Each entry is a test of its own with the reason in its name, and must be true: one that the
   * model's capabilities deny is red.
   */
  without?: Partial<Record<ModelFeature, string>>
  /** A text that its template gives a meaning to, like `<|im_end|>`. For a model with weights and an exact count. */
  controlText?: string
  /** Sampling values that it warns about instead of using them. Default none. */
  ignores?: ('xtc' | 'dry' | 'logitBias')[]
  /** Another one, to be disposed of in the middle of an answer. */
  open?(): Promise<LanguageModel & AsyncDisposable>
  /**
   * Tests by name that it fails, and why it cannot do better. They run and must fail: an entry that is no longer true, or
   * names no test, is red.
   */
  cannot?: Record<string, string>
}
