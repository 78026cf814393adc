import type { JsonValue } from '@rt/core'
import { RtError } from '@rt/core'
import type { WorkflowContext } from './workflow-context.ts'

/** Several steps, written as a function: what each returned is kept, so that a second try begins where the first stopped. */
export interface Workflow<Input extends JsonValue = JsonValue, Output extends JsonValue = JsonValue> {
  name: string
  run: (input: Input, context: WorkflowContext) => Promise<Output>
}

const NAME = /^[\w.-]{1,64}$/

/**
 * Names a workflow. There is no language for graphs: `await` is a sequence, `if` a branch, `Promise.all` runs steps beside each
 * other, and `context.map` does so over a list.
 *
 * ```ts
 * const report = workflow('report', async (topic: string, { step, map }) => {
 *   const parts = await step('outline', () => outline(topic))
 *   const texts = await map('part', parts, (part) => write(part), { concurrency: 2, retry: { retries: 2 } })
 *   return step('join', () => texts.join('\n'))
 * })
 * ```
 *
 * Work belongs into steps: what stands between them is run again on every try, and must be quick and the same each time.
 */
export const workflow = <Input extends JsonValue, Output extends JsonValue>(
  name: string,
  run: (input: Input, context: WorkflowContext) => Promise<Output>,
): Workflow<Input, Output> => {
  if (NAME.test(name)) return { name, run }
  throw new RtError({
    code: 'invalid_request',
    message: `"${name}" is no name for a workflow.`,
    hint: 'Use 1 to 64 letters, digits, ".", "_" or "-".',
  })
}
