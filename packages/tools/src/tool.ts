import { RtError, type SchemaWithJson, type Tool, toJsonSchema } from '@rt/core'
import { checkToolOptions } from './check-tool-options.ts'
import { executeInWorker } from './execute/execute-in-worker.ts'
import { createParser, parseNow } from './schema/create-parser.ts'
import { argumentsError, outputError } from './schema/describe-issues.ts'
import { toolParameters } from './schema/tool-parameters.ts'
import type { ToolInput, ToolOptions, ToolSchema, TypedTool } from './tool-options.ts'

const DEFAULT_TIMEOUT_MS = 30_000

/**
 * Makes a tool a model can call.
 *
 * @throws RtError `invalid_request` for options that are wrong or contradict each other; `schema_unsupported` for a schema a
 *   model cannot be given.
 */
export const tool = <Input extends ToolSchema, Output extends ToolSchema = SchemaWithJson>(
  options: ToolOptions<Input, Output>,
): TypedTool<ToolInput<Input>, ToolInput<Output>> => {
  const { name, inputSchema, outputSchema, execute, worker, approval, description, examples, ...rest } = options
  const described: Omit<Tool, 'parse' | 'execute' | 'parseOutput'> = {
    timeoutMs: DEFAULT_TIMEOUT_MS,
    ...withoutUndefined(rest),
    name,
    description: describe(name, description, inputSchema, examples),
    parameters: toolParameters(inputSchema, name),
  }
  checkToolOptions(described)
  const parse = createParser(inputSchema, name, argumentsError)
  const parseOutput = outputSchema && createParser(outputSchema, name, outputError)
  const output = outputSchema && outputParameters(outputSchema)
  return {
    ...described,
    ...(approval !== undefined && { approval: approval as NonNullable<Tool['approval']> }),
    ...(output && { outputSchema: output }),
    parse: (args) => parse(args) as Promise<ToolInput<Input>>,
    execute: (input, context) =>
      run(() => (worker ? executeInWorker(worker, input, context) : execute(input, context))),
    ...(parseOutput && { parseOutput: (value: unknown) => parseOutput(value) as Promise<ToolInput<Output>> }),
  }
}

/** With the examples below: models read nothing else of a tool. */
const describe = (
  name: string,
  description: string,
  inputSchema: ToolSchema,
  examples: readonly unknown[] = [],
): string => {
  for (const [index, example] of examples.entries()) {
    const error = parseNow(inputSchema, example, name)
    if (error)
      throw new RtError({
        code: 'invalid_request',
        message: `examples[${index}] of ${name} is no good call: ${error.message}`,
        hint: 'Give arguments as the model is to write them.',
      })
  }
  if (examples.length === 0) return description
  return [description, '', 'Examples of arguments:', ...examples.map((example) => JSON.stringify(example))].join('\n')
}

/** For whoever lists tools. A conversion has none, and is checked all the same. */
const outputParameters = (schema: ToolSchema): Tool['outputSchema'] => {
  try {
    return toJsonSchema(schema, 'output')
  } catch (error) {
    if (RtError.isInstance(error)) return undefined
    throw error
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

const withoutUndefined = <T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
