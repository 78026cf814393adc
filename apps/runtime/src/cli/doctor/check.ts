/** `warning`: it works, and could work better. `red`: something that is needed does not work. */
export type State = 'ok' | 'warning' | 'red'

/** What one look at the machine found. */
export interface Finding {
  name: string
  state: State
  /** What is there, with figures. */
  detail: string
  /** What to do; a command where there is one. Always with `red`. */
  fix?: string
}

export type Section = 'machine' | 'engines' | 'models' | 'data' | 'network'

/** One look: reads, changes nothing, loads no native code. */
export interface Check {
  section: Section
  name: string
  run(context: CheckContext): Promise<Finding | Finding[]>
}

/** Where to look. */
export interface CheckContext {
  /** The data folder; it may not exist. */
  data: string
  /** As `--config` was given. */
  config?: string
  env: Record<string, string | undefined>
  /** Fires when the time of the check is over. */
  signal: AbortSignal
}
