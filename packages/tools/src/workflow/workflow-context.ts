import type { JsonValue, Span, ToolRetry } from '@rt/core'

export interface StepOptions {
  /** For steps that may run twice. Default: one attempt. */
  retry?: ToolRetry
  /** Ceiling of one attempt in milliseconds. Default: none. */
  timeoutMs?: number
}

export interface StepContext {
  /** Fires when the workflow is stopped, and at the end of `timeoutMs`. */
  signal: AbortSignal
  span: Span
  /** The first is 0. */
  attempt: number
}

/** What a workflow is written with. */
export interface WorkflowContext {
  /** Of this execution. */
  readonly id: string
  readonly signal: AbortSignal
  /**
   * Does a piece of work once: what it returned is kept, and given back when the workflow is run again under the same id. It
   * comes back as JSON has it.
   *
   * @throws RtError `invalid_request` for a name that was used before, or a result JSON cannot carry; whatever `work` throws.
   */
  step<T extends JsonValue>(
    name: string,
    work: (context: StepContext) => T | Promise<T>,
    options?: StepOptions,
  ): Promise<T>
  /** A step for each item, named `name[0]` and so on, `concurrency` (default 4) at a time. In the order of the items. */
  map<Item, T extends JsonValue>(
    name: string,
    items: readonly Item[],
    work: (item: Item, context: StepContext & { index: number }) => T | Promise<T>,
    options?: StepOptions & { concurrency?: number },
  ): Promise<T[]>
}
