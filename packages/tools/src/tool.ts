import {
  checkLabel,
  type InferOutput,
  type JsonValue,
  type PrivacyLabel,
  RtError,
  type SchemaWithJson,
  type StandardResult,
  type StandardSchema,
  type Tool,
  type ToolContext,
  type ToolRetry,
} from '@rt/core'
import { argumentsError } from './schema/describe-issues.ts'
import { compileJsonSchema, type Validator } from './schema/json-schema-validator.ts'
import { toolParameters } from './schema/tool-parameters.ts'

const NAME = /^[a-zA-Z0-9_-]{1,64}$/
const DEFAULT_TIMEOUT_MS = 30_000

/** What `execute` receives: the schema's output, so defaults and conversions have happened. */
export type ToolInput<Schema> = Schema extends StandardSchema
  ? InferOutput<Schema>
  : Schema extends SchemaWithJson<infer Output>
    ? Output
    : never

export interface ToolOptions<Schema extends StandardSchema | SchemaWithJson> {
  /** What the model calls it: 1-64 letters, digits, `_` or `-`. */
  name: string
  /** When to use it and what comes back: the model reads this. */
  description: string
  /** zod 4, arktype or another Standard Schema with JSON Schema; or `{ jsonSchema, validate? }`. An object at its root. */
  inputSchema: Schema
  /** The work. Honour `context.signal`. What it returns is made JSON-safe and cut at 64 KB before the model sees it. */
  execute: (input: ToolInput<Schema>, context: ToolContext) => unknown
  /** Ceiling of one attempt in milliseconds. Default 30,000. */
  timeoutMs?: number
  /** Only for work that may run twice. Default: one attempt. */
  retry?: ToolRetry
  /**
   * `local-only`: what it returns, errors included, is for models on this machine, and so is what comes of it. It does
   * not bind the tool: what `execute` sends elsewhere is sent. Default none.
   */
  label?: PrivacyLabel
}

/**
 * Makes a tool a model can call.
 *
 * @throws RtError `invalid_request` for a bad name, timeout, retry or label; `schema_unsupported` for a schema a model cannot be given.
 */
export const tool = <Schema extends StandardSchema | SchemaWithJson>(options: ToolOptions<Schema>): Tool => {
  const { name, description, inputSchema, execute, timeoutMs = DEFAULT_TIMEOUT_MS, retry, label } = options
  checkOptions({ name, timeoutMs, retry, label })
  const parameters = toolParameters(inputSchema, name)

  let compiled: Promise<Validator> | undefined
  const validate = async (args: JsonValue): Promise<StandardResult<unknown>> => {
    if ('~standard' in inputSchema) return inputSchema['~standard'].validate(args)
    if (inputSchema.validate) return inputSchema.validate(args)
    // As it was written: `$schema` says how to read it.
    return (await (compiled ??= compileJsonSchema(inputSchema.jsonSchema, name)))(args)
  }

  return {
    name,
    description,
    parameters,
    timeoutMs,
    ...(retry && { retry }),
    ...(label && { label }),
    async parse(args) {
      const result = await validate(args)
      if (result.issues) throw argumentsError(name, result.issues)
      return result.value
    },
    execute: (input, context) => run(() => execute(input as ToolInput<Schema>, context)),
  }
}

/** What throws before its first `await` fails like the rest. */
const run = (work: () => unknown): Promise<unknown> | AsyncIterable<unknown> => {
  try {
    const output = work()
    return isIterable(output) ? output : Promise.resolve(output)
  } catch (error) {
    return Promise.reject(error)
  }
}

const isIterable = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output

const checkOptions = ({ name, timeoutMs, retry, label }: Pick<Tool, 'name' | 'timeoutMs'> & Partial<Tool>): void => {
  const invalid = (message: string, hint: string): never => {
    throw new RtError({ code: 'invalid_request', message, hint })
  }
  if (!NAME.test(name)) invalid(`"${name}" is not a tool name.`, 'Use 1-64 letters, digits, "_" or "-".')
  if (!(timeoutMs > 0)) invalid(`timeoutMs of ${name} is ${timeoutMs}.`, 'Give a positive number of milliseconds.')
  if (retry && !(Number.isInteger(retry.retries) && retry.retries >= 0))
    invalid(`retry.retries of ${name} is ${retry.retries}.`, 'Give a whole number, 0 or more.')
  if (retry?.delayMs !== undefined && !(retry.delayMs >= 0))
    invalid(`retry.delayMs of ${name} is ${retry.delayMs}.`, 'Give 0 or more milliseconds.')
  checkLabel(label, name)
}
