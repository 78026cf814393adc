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
 * The tool calls in a model's answer. Lenient about what small models do: prose, fences and tags around the JSON,
 * `parameters` for `arguments`, arguments as a JSON string or (when the tool needs none) left out, the OpenAI nesting under
 * `function`; else a name before its arguments (`name[ARGS]{…}`), or tags for both (`<function=name><parameter=key>`).
 * Strict about the name: only tools that exist. Arguments are not validated here.
 */
export const parseToolCalls = (
  text: string,
  tools: readonly ToolSpec[],
  { repair = false }: ParseToolCallOptions = {},
): ParsedToolCall[] => {
  for (const form of [jsonCalls, taggedCalls, namedCalls]) {
    const calls = form(text, tools, repair)
    if (calls.length) return calls
  }
  return []
}

/** Each try reads at most to the end of the text: this bounds `{{{{…`. */
const MAX_TRIES = 64

type Form = (text: string, tools: readonly ToolSpec[], repair: boolean) => ParsedToolCall[]

/** `{"name":"x","arguments":{…}}` */
const jsonCalls: Form = (text, tools, repair) => {
  const calls: ParsedToolCall[] = []
  let start = text.indexOf('{')
  for (let tries = 0; start >= 0 && tries < MAX_TRIES; tries++) {
    const { json, end, open } = readObject(text, start)
    // What stands inside an object that is still open belongs to it: it is no call of its own.
    if (open && !repair) break
    const value = parse(json)
    const call = toCall(value, tools)
    if (call) calls.push(call)
    // A call of an unknown tool is skipped whole: what its arguments hold is no call.
    start = text.indexOf('{', call || (isObject(value) && typeof value['name'] === 'string') ? end : start + 1)
  }
  return calls
}

/** `<function=x><parameter=key>value</parameter></function>`, or JSON in place of the parameters. */
const taggedCalls: Form = (text, tools, repair) =>
  [...text.matchAll(/(?:<function=|^)([\w.-]+)>((?:(?!<\/function>|<function=).)*)(<\/function>)?/gs)]
    .slice(0, MAX_TRIES)
    .flatMap(([, name, body = '', closed]) => {
      const tool = tools.find((each) => each.name === name)
      if (!tool || (!closed && !repair)) return []
      const start = body.indexOf('{')
      const json = start >= 0 && !body.includes('<parameter=') ? parse(readObject(body, start).json) : undefined
      if (isObject(json)) return [{ name: tool.name, arguments: json }]
      const given = [...body.matchAll(/<parameter=([^>]+)>\n?(.*?)\n?<\/parameter>/gs)]
      return [
        {
          name: tool.name,
          arguments: Object.fromEntries(given.map(([, key, value]) => [key!, valueOf(tool, key!, value!)])),
        },
      ]
    })

/** What is text by the tool's schema stays text, whatever it looks like. */
const valueOf = ({ parameters }: ToolSpec, key: string, text: string): JsonValue => {
  const properties = parameters['properties']
  const property = isObject(properties as JsonValue) ? (properties as JsonObject)[key] : undefined
  const type = isObject(property) ? property['type'] : undefined
  return type === 'string' ? text : (parse(text) ?? text)
}

/**
 * A name, perhaps an id and marks, then its arguments: `x[ARGS]{…}`, `functions.x:0<|…|>{…}`. Each part is bounded or has one
 * way to match, so that no text takes long.
 */
const NAMED =
  /(?<![\w.-])(?:functions\.)?([A-Za-z_][\w.-]{0,127})(?::\d{1,6})?(?:\[CALL_ID\]\w{1,64}|\[ARGS\]|<[|｜][^<>]{1,40}[|｜]>|```(?:json)?|\s)*(?=\{)/g

const namedCalls: Form = (text, tools, repair) => {
  const calls: ParsedToolCall[] = []
  NAMED.lastIndex = 0
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const match = NAMED.exec(text)
    if (!match) break
    const { json, end, open } = readObject(text, NAMED.lastIndex)
    if (open && !repair) break
    NAMED.lastIndex = end
    const args = parse(json)
    const tool = tools.find(({ name }) => name === match[1])
    if (tool && isObject(args)) calls.push({ name: tool.name, arguments: args })
  }
  return calls
}

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
export const readObject = (text: string, start: number): { json: string; end: number; open: boolean } => {
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
