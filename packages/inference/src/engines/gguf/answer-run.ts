import type { Timings, Usage } from '@rt/core'

export interface GenerateOptions {
  signal: AbortSignal
  /** Tell how far the prompt is read. */
  progress: boolean
}

/** One request under way: what is counted is written into `usage` and `timings` as it happens. */
export interface AnswerRun extends GenerateOptions {
  usage: Usage
  timings: Timings
  /** Nothing but prompt and seed may show in the answer: its steps go alone, and only exact pieces are reused. */
  seeded: boolean
}
