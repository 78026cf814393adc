import { hash } from 'node:crypto'
import { type CallOptions, createMessage, type JsonSchema, type LanguageModel, type ToolSpec } from '@rt/core'

/** Tools a model is remembered with; behind them the oldest is counted again. */
const KEPT = 4096
/** What a template says before its first tool is none of the tool's. */
const OTHER: ToolSpec = { name: 'a', description: 'a', parameters: { type: 'object', properties: {} } }

const counts = new WeakMap<LanguageModel, Map<string, number>>()

/** What is known already of what each tool adds to a prompt of the model; undefined = one of them was not counted yet. */
export const knownToolTokens = (model: LanguageModel, tools: readonly ToolSpec[]): number[] | undefined => {
  const known = counts.get(model)
  const found = tools.map((tool) => known?.get(keyOf(tool)))
  return found.every((tokens) => tokens !== undefined) ? found : undefined
}

/**
 * Tokens each tool adds to a prompt, as the model counts them: once for each tool and model.
 *
 * @throws whatever the model's count throws.
 */
export const countToolTokens = async (
  model: LanguageModel,
  tools: readonly ToolSpec[],
  options: CallOptions,
): Promise<number[]> => {
  const known = counts.get(model) ?? new Map<string, number>()
  counts.set(model, known)
  const messages = [createMessage('user', 'a')]
  const count = (more: readonly ToolSpec[]): Promise<number> =>
    model.countTokens({ messages, tools: [OTHER, ...more] }, options)
  const bare = await count([])
  const found: number[] = []
  // One by one: an answer is being written meanwhile.
  for (const tool of tools) {
    const key = keyOf(tool)
    const tokens = known.get(key) ?? Math.max(0, (await count([tool])) - bare)
    if (known.size >= KEPT) known.delete(known.keys().next().value!)
    known.set(key, tokens)
    found.push(tokens)
  }
  return found
}

/** Tools of a program are the same objects in every step. */
const keys = new WeakMap<JsonSchema, { name: string; description: string; key: string }>()

const keyOf = ({ name, description, parameters }: ToolSpec): string => {
  const known = keys.get(parameters)
  if (known?.name === name && known.description === description) return known.key
  const key = hash('sha256', JSON.stringify([name, description, parameters]), 'base64')
  keys.set(parameters, { name, description, key })
  return key
}
