import { createHash } from 'node:crypto'
import type { JsonSchema, Tool } from '@rt/core'

/** A tool as it is looked for. */
export interface ToolText {
  /** Of the text: what changed is another one. */
  id: string
  text: string
}

/** Behind this a description tells no more about when to use it. */
const MAX_CHARACTERS = 4000
const MAX_DEPTH = 3

/** Name, description, and its parameters with what they say of themselves. Read once for each tool. */
export const describeTool = (tool: Tool): ToolText => {
  const known = described.get(tool)
  if (known) return known
  const { name, description, parameters } = tool
  const lines = [`${name} (${inWords(name)})`, description, ...parameterLines(parameters, 0)]
  const text = lines.filter(Boolean).join('\n').slice(0, MAX_CHARACTERS)
  const made = { id: createHash('sha256').update(text).digest('hex').slice(0, 32), text }
  described.set(tool, made)
  return made
}

const described = new WeakMap<Tool, ToolText>()

/** `getUser_byId` as a person would write it: the parts are words that can be looked for. */
const inWords = (name: string): string =>
  name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()

const parameterLines = (schema: JsonSchema, depth: number): string[] => {
  if (depth >= MAX_DEPTH || !isObject(schema['properties'])) return []
  return Object.entries(schema['properties']).flatMap(([name, inner]) => {
    if (!isObject(inner)) return [name]
    const { description, items } = inner
    const line = typeof description === 'string' ? `${inWords(name)}: ${description}` : inWords(name)
    return [line, ...parameterLines(isObject(items) ? items : inner, depth + 1)]
  })
}

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null
