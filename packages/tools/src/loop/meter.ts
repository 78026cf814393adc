import { addUsage, type Clock, emptyUsage, type LoopState, type RunLimits, totalTokens, type Usage } from '@rt/core'

/** Counts what a run has used, and knows its caps. */
export interface Meter {
  step: number
  /** Of the steps, those that gave wrong arguments one more try: they count towards no cap of steps. */
  repairs: number
  /** Tool calls that ran. */
  calls: number
  readonly usage: Usage
  readonly ms: number
  readonly usd: number
  spend(usage: Usage, usd: number | undefined): void
  /** Which cap is reached, so that no further step is taken; undefined = none. */
  reached(): { id: string; message: string } | undefined
  readonly limits: RunLimits & typeof DEFAULTS
}

const DEFAULTS = { steps: 8, calls: 64, repeats: 3 }

export const createMeter = (
  limits: RunLimits | undefined,
  { clock, resume }: { clock: Clock; resume: LoopState | undefined },
): Meter => {
  const started = clock.monotonic()
  const caps = { ...DEFAULTS, ...limits }
  let usage = resume?.usage ?? emptyUsage()
  let usd = resume?.usd ?? 0

  return {
    step: resume?.step ?? 0,
    repairs: resume?.repairs ?? 0,
    calls: resume?.calls ?? 0,
    get usage() {
      return usage
    },
    get ms() {
      return (resume?.ms ?? 0) + clock.monotonic() - started
    },
    get usd() {
      return usd
    },
    limits: caps,
    spend(more, cost = 0) {
      usage = addUsage(usage, more)
      usd += cost
    },
    reached() {
      const tokens = totalTokens(usage)
      const reached = (name: string, used: string): { id: string; message: string } => ({
        id: `${name}-limit`,
        message: `the run ended after ${used}, and the model still wanted to call tools.`,
      })
      if (this.step - this.repairs >= caps.steps) return reached('step', `${caps.steps} steps`)
      if (this.calls >= caps.calls) return reached('call', `${this.calls} tool calls`)
      if (caps.tokens !== undefined && tokens >= caps.tokens) return reached('token', `${tokens} tokens`)
      if (caps.ms !== undefined && this.ms >= caps.ms) return reached('time', `${Math.round(this.ms)} ms`)
      if (caps.usd !== undefined && usd >= caps.usd) return reached('cost', `${usd.toFixed(4)} USD`)
      return undefined
    },
  }
}
