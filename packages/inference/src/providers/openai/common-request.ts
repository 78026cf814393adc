import { createHash } from 'node:crypto'
import {
  type JsonObject,
  LOCAL,
  type ModelCapabilities,
  type ModelRequest,
  type Sampling,
  type ToolSpec,
} from '@rt/core'
import type { Connection } from './connection.ts'
import type { Quirks } from './quirks.ts'

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
  for (const [key, value] of Object.entries(sampling ?? {})) {
    if (value === undefined) continue
    const name = names[key as keyof Sampling]
    if (name) body[name] = value
    else dropped.push(key)
  }
  return { body, dropped }
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
