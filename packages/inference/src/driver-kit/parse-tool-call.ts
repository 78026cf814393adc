import type { JsonObject, JsonValue, ToolSpec } from '@rt/core'

export interface ParsedToolCall {
  name: string
  arguments: JsonObject
}

export interface ParseToolCallOptions {
  /**
   * Close brackets that are missing at the very end. Only for an answer its model ended itself: where one was cut, the
   * last value may be half of what was meant (`12` of `1200`). Default false.
   */
  repair?: boolean
}

/**
 * The first tool call in a model's answer, or undefined. Lenient about what small models do: prose, fences and tags
 * around the JSON, `parameters` for `arguments`, arguments as a JSON string or (when the tool needs none) left out, the
 * OpenAI nesting under `function`. Strict about the name: only tools that exist. Arguments are not validated here.
 */
export const parseToolCall = (
  text: string,
  tools: readonly ToolSpec[],
  { repair = false }: ParseToolCallOptions = {},
): ParsedToolCall | undefined => {
  let start = text.indexOf('{')
  for (let tries = 0; start >= 0 && tries < MAX_TRIES; tries++) {
    const { json, end, open } = readObject(text, start)
    // What stands inside an object that is still open belongs to it: it is no call of its own.
    if (open && !repair) return undefined
    const value = parse(json)
    const call = toCall(value, tools)
    if (call) return call
    // A call of an unknown tool is skipped whole: what its arguments hold is no call.
    start = text.indexOf('{', isObject(value) && typeof value['name'] === 'string' ? end : start + 1)
  }
  return undefined
}

/** Each try reads at most to the end of the text: this bounds `{{{{…`. */
const MAX_TRIES = 64

const toCall = (value: JsonValue | undefined, tools: readonly ToolSpec[]): ParsedToolCall | undefined => {
  if (!isObject(value)) return undefined
  const tool = tools.find(({ name }) => name === value['name'])
  if (!tool) return undefined
  const given = value['arguments'] ?? value['parameters']
  const args = typeof given === 'string' ? parse(given) : given
  if (isObject(args)) return { name: tool.name, arguments: args }
  const { required } = tool.parameters
  const needsNone = !Array.isArray(required) || required.length === 0
  return needsNone && (given === undefined || given === null || given === '')
    ? { name: tool.name, arguments: {} }
    : undefined
}

/** The bracketed text that begins at `start`; `open`: it lacked brackets at its end, which were added (not inside a string). */
const readObject = (text: string, start: number): { json: string; end: number; open: boolean } => {
  const open: string[] = []
  let inString = false
  for (let i = start; i < text.length; i++) {
    const char = text[i]!
    if (inString) {
      if (char === '\\') i++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{') open.push('}')
    else if (char === '[') open.push(']')
    else if (char === '}' || char === ']') {
      if (open.pop() !== char) return { json: '', end: i + 1, open: false }
      if (!open.length) return { json: text.slice(start, i + 1), end: i + 1, open: false }
    }
  }
  const cut = text.slice(start).replace(/\s*(?:<\/tool_call>|```)?\s*$/, '')
  return { json: inString ? '' : cut + open.toReversed().join(''), end: text.length, open: true }
}

const parse = (json: string): JsonValue | undefined => {
  try {
    return JSON.parse(json) as JsonValue
  } catch {
    return undefined
  }
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
