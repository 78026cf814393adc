import type { ModelRequest, ToolSpec } from '@rt/core'
import { checkGrammar } from './check-grammar.ts'
import { compileGrammar, type CompiledGrammar, jsonObjectGrammar } from './compile-grammar.ts'
import { callOrAnswerGrammar, callTailGrammar, toolCallGrammar } from './tool-grammar.ts'

type Asked = Pick<ModelRequest, 'tools' | 'toolChoice' | 'output'>

/** Requests of one conversation ask for the same form again and again. */
const MAX_KNOWN = 64
const known = new Map<string, CompiledGrammar>()

/**
 * The grammar a request holds its answer to; undefined = the answer is free.
 *
 * @throws RtError `schema_unsupported`, `invalid_request` (a grammar that cannot be used, a tool that is not there).
 */
export const answerGrammar = ({ tools = [], toolChoice = 'auto', output }: Asked): CompiledGrammar | undefined => {
  const callable = toolChoice === 'none' ? [] : tools
  if (!callable.length && (output === undefined || output.type === 'text')) return undefined
  if (callable.length && toolChoice === 'auto' && output?.type !== 'json') return undefined
  const key = keyOf([callable.map(({ name, parameters }) => [name, parameters]), toolChoice, output])
  return remembered(key, () => compile({ tools: callable, toolChoice, output }))
}

/**
 * The grammar that a call which the model chose to make is held to, from where its arguments begin.
 *
 * @throws RtError `schema_unsupported`.
 */
export const callGrammar = (tool: ToolSpec): CompiledGrammar =>
  remembered(keyOf(['call', tool.name, tool.parameters]), () => callTailGrammar(tool))

/** undefined = a schema that JSON cannot say, as one that holds itself. */
const keyOf = (asked: unknown): string | undefined => {
  try {
    return JSON.stringify(asked)
  } catch {
    return undefined
  }
}

const remembered = (key: string | undefined, make: () => CompiledGrammar): CompiledGrammar => {
  if (key === undefined) return make()
  const compiled = known.get(key) ?? make()
  known.delete(key)
  known.set(key, compiled)
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!)
  return compiled
}

const compile = ({ tools, toolChoice, output }: Asked & { tools: NonNullable<Asked['tools']> }): CompiledGrammar => {
  const schema = output?.type === 'json' ? output.schema : undefined
  if (tools.length)
    return toolChoice === 'auto' || toolChoice === undefined || toolChoice === 'none'
      ? callOrAnswerGrammar(tools, schema)
      : toolCallGrammar(tools, toolChoice)
  if (output?.type === 'grammar') {
    checkGrammar(output.gbnf)
    return { grammar: output.gbnf, relaxed: [] }
  }
  return schema ? compileGrammar(schema) : { grammar: jsonObjectGrammar(), relaxed: [] }
}
