import type { JsonSchema, ToolChoice, ToolSpec } from '@rt/core'
import { chosenTools } from './tool-grammar.ts'

/**
 * System text that offers the tools to a model without a format of its own for them. Short, since it is paid for in
 * every prompt: one JSON line a tool, then how to call. `''` when there is nothing to call.
 *
 * @throws RtError `invalid_request` when `choice` names a tool that is not there.
 */
export const toolInstructions = (tools: readonly ToolSpec[], choice: ToolChoice): string => {
  if (choice === 'none' || (choice === 'auto' && !tools.length)) return ''
  const chosen = chosenTools(tools, choice)
  const lines = chosen.map(({ name, description, parameters }) =>
    JSON.stringify({ name, description, parameters: withoutNoise(parameters) }),
  )
  const form = '{"name":"<tool>","arguments":{...}}'
  const how =
    choice === 'auto'
      ? `To call a tool, answer only with ${form}. If no tool fits, answer in plain words.`
      : `Call ${chosen.length === 1 ? 'the tool' : 'one tool'}: answer only with ${form}.`
  return ['Tools:', ...lines, how].join('\n')
}

/** Keywords that cost tokens and tell a model nothing. */
const NOISE = new Set(['$schema', '$id', '$comment', 'title', 'additionalProperties'])

/** A schema without noise. Keys under `properties` are names, not keywords, and stay. */
export const withoutNoise = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) => {
      if (NOISE.has(keyword)) return []
      if (keyword === 'properties' && isSchema(value))
        return [
          [
            keyword,
            Object.fromEntries(
              Object.entries(value).map(([key, inner]) => [key, isSchema(inner) ? withoutNoise(inner) : inner]),
            ),
          ],
        ]
      return [[keyword, keyword === 'items' && isSchema(value) ? withoutNoise(value) : value]]
    }),
  )

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
