import type { JsonValue, Telemetry } from '@rt/core'
import { createStepStore } from '@rt/memory'
import type { Database } from '@rt/node/sqlite'
import { runWorkflow, type Workflow } from '@rt/tools'
import { once } from './once.ts'
import { readOnlyError } from './read-only-error.ts'
import type { WorkflowOptions } from './runtime.ts'

/** Runs workflows, their steps kept in the data file. */
export type RunWorkflows = <Input extends JsonValue, Output extends JsonValue>(
  definition: Workflow<Input, Output>,
  input: Input,
  options?: WorkflowOptions,
) => Promise<Output>

export interface RunWorkflowsParts {
  database(): Promise<Database>
  telemetry(): Promise<Telemetry>
  readOnly: boolean
  /** Fires when the runtime closes. */
  signal: AbortSignal
}

export const createRunWorkflows = ({
  database,
  telemetry,
  readOnly,
  signal: closing,
}: RunWorkflowsParts): RunWorkflows => {
  const steps = once(async () => createStepStore({ database: await database() }))
  return async (definition, input, { id, signal } = {}) => {
    if (readOnly) throw readOnlyError()
    const span = (await telemetry()).span('workflow')
    try {
      const either = signal ? AbortSignal.any([signal, closing]) : closing
      const result = await runWorkflow(definition, input, { store: await steps(), id, signal: either, span })
      span.end()
      return result
    } catch (error) {
      span.end(error)
      throw error
    }
  }
}
