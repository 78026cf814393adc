import type { CallOptions } from './call-options.ts'

export interface LabelScore {
  label: string
  /** In [0, 1]. */
  score: number
}

/** A model that says what kind of text a text is, as guards ask it. */
export interface TextClassifier {
  readonly id: string
  /** Runs on this machine: texts do not leave it. */
  readonly local: boolean
  readonly labels: readonly string[]
  /** For each text its labels, the most likely first. */
  classify(texts: string[], options?: CallOptions): Promise<LabelScore[][]>
}
