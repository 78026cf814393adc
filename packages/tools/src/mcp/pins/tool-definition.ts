import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '@rt/core'

/** What a model is told of a tool, and what its server says about it. */
export interface ToolDefinition {
  name: string
  title?: string
  description?: string
  inputSchema: JsonObject
  outputSchema?: JsonObject
  annotations?: JsonObject
}

const FIELDS = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const

/** SHA-256 of all that could steer a model or change what a call does. */
export const definitionHash = (definition: ToolDefinition): string =>
  createHash('sha256')
    .update(JSON.stringify([definition.name, ...FIELDS.map((field) => ordered(definition[field]) ?? null)]))
    .digest('hex')

/** Which parts of a tool are not what they were. */
export const changedFields = (before: ToolDefinition, now: ToolDefinition): string[] =>
  FIELDS.filter((field) => JSON.stringify(ordered(before[field])) !== JSON.stringify(ordered(now[field])))

/** In whatever order its keys were sent. */
const ordered = (value: JsonValue | undefined): JsonValue | undefined => {
  if (Array.isArray(value)) return value.map((one) => ordered(one)!)
  if (typeof value !== 'object' || value === null) return value
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([key, one]) => [key, ordered(one)!]))
}
