import { createHash } from 'node:crypto'
import {
  type JsonObject,
  type JsonValue,
  LOCAL,
  type ModelCapabilities,
  type ModelRequest,
  type Sampling,
  type ToolSpec,
} from '@rt/core'
import type { Connection } from './connection.ts'
import { isObject } from './to-error.ts'
import type { Quirks, SamplingName } from './quirks.ts'

export interface BuildOptions {
  /** As the API knows it. */
  model: string
  request: ModelRequest
  connection: Connection
  capabilities: ModelCapabilities
}

export interface BuiltRequest {
  body: JsonObject
  /** What the API cannot do of what was asked. */
  warnings: { id: string; message: string }[]
}

/** Sampling values under the names of an API, and those it has no name for. */
export const convertSampling = (
  sampling: Sampling | undefined,
  names: Quirks['sampling'],
): { body: JsonObject; dropped: string[] } => {
  const body: JsonObject = {}
  const dropped: string[] = []
  for (const [key, value] of flatten(sampling ?? {})) {
    const name = names[key]
    if (!name) dropped.push(key)
    else body[name] = isObject(value) ? { ...(body[name] as JsonObject | undefined), ...value } : value
  }
  return { body, dropped }
}

const flatten = (sampling: Sampling): [SamplingName, JsonValue][] => {
  const { xtc, dry, logitBias = [], ...numbers } = sampling
  const biases = (type: 'number' | 'string'): JsonObject | undefined => {
    const some = logitBias.filter(({ token }) => typeof token === type)
    return some.length > 0 ? Object.fromEntries(some.map(({ token, bias }) => [String(token), bias])) : undefined
  }
  const within = (name: string, values: object | undefined): [string, unknown][] =>
    Object.entries(values ?? {}).map(([key, value]) => [`${name}.${key}`, value])
  const all: [string, unknown][] = [
    ...Object.entries(numbers),
    ...within('xtc', xtc),
    ...within('dry', dry),
    ['logitBias', biases('number')],
    ['logitBias of texts', biases('string')],
  ]
  return all.filter((pair): pair is [SamplingName, JsonValue] => pair[1] !== undefined)
}

/** Names a thread to the provider's cache without telling who or what it is; two principals never share a name. */
export const promptCacheKey = ({ principal = LOCAL, cacheKey }: ModelRequest): string | undefined =>
  cacheKey === undefined
    ? undefined
    : createHash('sha256')
        .update(JSON.stringify([principal, cacheKey]))
        .digest('hex')
        .slice(0, 32)

/** The tools of a request under its choice, as far as an API can be told. */
export const chooseTools = (
  { tools = [], toolChoice = 'auto' }: ModelRequest,
  { toolRequired, toolNamed }: Pick<Quirks, 'toolRequired' | 'toolNamed'>,
): { tools: ToolSpec[]; choice?: string | { name: string }; unforced: boolean } => {
  if (tools.length === 0 || toolChoice === 'none') return { tools: [], unforced: false }
  if (toolChoice === 'auto') return { tools, unforced: false }
  if (typeof toolChoice === 'object' && toolNamed) return { tools, choice: toolChoice, unforced: false }
  // Forced to one tool where only `some tool` can be forced: it is the only one offered.
  const offered = typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools
  return toolRequired ? { tools: offered, choice: toolRequired, unforced: false } : { tools: offered, unforced: true }
}
