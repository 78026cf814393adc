/** Caps of one run of the agent loop. What was reached is said in a warning, and the run ends with finishReason `limit`. */
export interface RunLimits {
  /** Model calls. Default 8. */
  steps?: number
  /** Tool calls. Default 64. */
  calls?: number
  /** The same call, with the same arguments. Default 3. */
  repeats?: number
  /** Tokens read and written, over all steps. Default: none. */
  tokens?: number
  /** Milliseconds, waiting for people left out. Default: none. */
  ms?: number
  /** What remote models cost, in US dollars. Default: none. */
  usd?: number
}
