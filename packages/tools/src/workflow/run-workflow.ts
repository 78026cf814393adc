import {
  abortable,
  type CallOptions,
  type Clock,
  createSecretId,
  type JsonValue,
  LOCAL,
  noopSpan,
  openScope,
  type Principal,
  RtError,
  type Span,
  type StepStore,
  systemClock,
  throwIfAborted,
  toRtError,
  withSpan,
  withTimeout,
} from '@rt/core'
import { callKey } from '../loop/call-hash.ts'
import { retry } from '../execute/retry.ts'
import { inParallel } from './in-parallel.ts'
import type { Workflow } from './workflow.ts'
import type { StepContext, StepOptions, WorkflowContext } from './workflow-context.ts'

export interface RunWorkflowOptions extends CallOptions {
  store: StepStore
  /** Run again under the same id, it goes on where it stopped. Default: a new one. */
  id?: string
  /** Default `local`. */
  principal?: Principal
  /** Default: the system's. */
  clock?: Clock
}

/** Under way in this process, by store: two at a time would both do the next step. */
const underWay = new WeakMap<StepStore, Set<string>>()

/**
 * Runs a workflow, or goes on with one that failed or whose process ended. One that has finished gives its result again.
 *
 * @throws RtError `conflict` when it is under way, or when the id belongs to another workflow or input; whatever a step throws.
 */
export const runWorkflow = async <Input extends JsonValue, Output extends JsonValue>(
  { name, run }: Workflow<Input, Output>,
  input: Input,
  { store, id = createSecretId(), principal = LOCAL, clock = systemClock, signal, span = noopSpan }: RunWorkflowOptions,
): Promise<Output> => {
  const release = hold(store, principal, id)
  const scope = openScope(signal)
  try {
    throwIfAborted(signal)
    const record = await store.open({ id, principal, name, input: asJson(input, `the input of ${name}`) }, { signal })
    if (record.name !== name || callKey('', record.input) !== callKey('', asJson(input, 'the input')))
      throw new RtError({
        code: 'conflict',
        message: `workflow ${id} was begun as ${record.name} with other input.`,
        hint: 'Give each execution an id of its own, or none.',
      })
    if (record.status === 'finished') return record.result as Output
    return await withSpan(span, `workflow ${name}`, { 'rt.workflow.id': id }, async (under) => {
      const done = new Map(Object.entries(record.steps))
      const keep = (step: string, result: JsonValue): Promise<void> => store.step(principal, id, step, result)
      const context = createContext({ id, name, done, keep, clock, signal: scope.signal, span: under })
      try {
        const result = asJson(await abortable(run(input, context), scope.signal), `the result of ${name}`)
        await store.end(principal, id, { result })
        return result as Output
      } catch (error) {
        // One that was stopped has not failed: it can be gone on with, and so can this one.
        if (!scope.signal.aborted) await store.end(principal, id, { error: toRtError(error).toJSON() })
        throw error
      }
    })
  } finally {
    scope.end()
    release()
  }
}

interface ContextParts {
  id: string
  /** Of the workflow. */
  name: string
  done: Map<string, JsonValue>
  keep(step: string, result: JsonValue): Promise<void>
  clock: Clock
  signal: AbortSignal
  span: Span
}

const createContext = ({ id, name: workflow, done, keep, clock, signal, span }: ContextParts): WorkflowContext => {
  const used = new Set<string>()

  const step = async <T extends JsonValue>(
    name: string,
    work: (context: StepContext) => T | Promise<T>,
    { retry: again, timeoutMs }: StepOptions = {},
  ): Promise<T> => {
    if (used.has(name))
      throw new RtError({
        code: 'invalid_request',
        message: `workflow ${workflow} has two steps called "${name}".`,
        hint: 'What a step returned is kept by its name: give each its own, or use map().',
      })
    used.add(name)
    throwIfAborted(signal)
    const known = done.get(name)
    if (known !== undefined) return known as T
    return withSpan(span, `step ${name}`, {}, async (under) => {
      const attempt = (n: number): Promise<T> => {
        const started = async (limit: AbortSignal): Promise<T> => work({ signal: limit, span: under, attempt: n })
        if (timeoutMs === undefined) return abortable(started(signal), signal)
        const error = (): RtError =>
          new RtError({ code: 'timeout', message: `step ${name} of ${workflow} took longer than ${timeoutMs} ms.` })
        return withTimeout(started, { ms: timeoutMs, error, signal, clock })
      }
      const value = again
        ? await retry(attempt, { ...again, ...(again.on && { shouldRetry: again.on }), signal, clock })
        : await attempt(0)
      const result = asJson(value, `what step ${name} returned`)
      await keep(name, result)
      return result as T
    })
  }

  return {
    id,
    signal,
    step,
    map: (name, items, work, { concurrency = 4, ...options } = {}) =>
      inParallel(items, concurrency, (item, index) =>
        step(`${name}[${index}]`, (context) => work(item, { ...context, index }), options),
      ),
  }
}

const hold = (store: StepStore, principal: Principal, id: string): (() => void) => {
  const held = underWay.get(store) ?? new Set()
  underWay.set(store, held)
  const key = JSON.stringify([principal, id])
  if (held.has(key))
    throw new RtError({ code: 'conflict', message: `workflow ${id} is under way.`, hint: 'Wait for it to end.' })
  held.add(key)
  return () => void held.delete(key)
}

/** As it will be read back: what a second try sees is what the first saw. */
const asJson = (value: unknown, what: string): JsonValue => {
  let json: string | undefined
  try {
    json = JSON.stringify(value ?? null)
  } catch (cause) {
    throw new RtError({ code: 'invalid_request', message: `${what} cannot be kept: JSON has no place for it.`, cause })
  }
  if (json === undefined)
    throw new RtError({ code: 'invalid_request', message: `${what} is a ${typeof value}, which cannot be kept.` })
  return JSON.parse(json) as JsonValue
}
