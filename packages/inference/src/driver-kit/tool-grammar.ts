import { type JsonSchema, RtError, type ToolSpec } from '@rt/core'
import { type CompileGrammarOptions, schemaRule } from './compile-grammar.ts'
import { createGrammarBuilder, literal } from './grammar-builder.ts'

/**
 * GBNF of one call: `{"name":"<tool>","arguments":{…}}`, one branch a tool, compact.
 *
 * @param choice `required`: any of the tools; `{ name }`: that one.
 * @throws RtError `schema_unsupported` naming the tool and the keyword; `invalid_request` when there is nothing to call.
 */
export const toolCallGrammar = (
  tools: readonly ToolSpec[],
  choice: 'required' | { name: string },
  options: CompileGrammarOptions = {},
): string => {
  const builder = createGrammarBuilder(options.maxRules)
  const branches = chosenTools(tools, choice).map(({ name, parameters }) => {
    const args = schemaRule(builder, argumentsSchema(name, parameters), `${name}#`)
    return `${literal(`${JSON.stringify(name)},"arguments":`)} ${args}`
  })
  const call = builder.rule('call', branches.join(' | '), branches.length)
  return builder.build(`${literal('{"name":')} ${call} "}"`)
}

/**
 * The tools a choice leaves.
 *
 * @throws RtError `invalid_request` when that is none, listing the names that exist.
 */
export const chosenTools = (
  tools: readonly ToolSpec[],
  choice: 'auto' | 'required' | { name: string },
): readonly ToolSpec[] => {
  const chosen = typeof choice === 'object' ? tools.filter(({ name }) => name === choice.name) : tools
  if (chosen.length) return chosen
  throw new RtError({
    code: 'invalid_request',
    message:
      typeof choice === 'object'
        ? `toolChoice names the tool "${choice.name}", which is not among the tools of the request.`
        : `toolChoice is "${choice}", but the request has no tools.`,
    hint: tools.length ? `Tools: ${tools.map(({ name }) => name).join(', ')}.` : 'Pass tools, or leave toolChoice out.',
  })
}

/** A tool that declares no properties takes none; elsewhere such a schema means any object. */
const argumentsSchema = (name: string, parameters: JsonSchema): JsonSchema => {
  if (parameters['type'] !== undefined && parameters['type'] !== 'object')
    throw new RtError({
      code: 'schema_unsupported',
      message: `the parameters of the tool "${name}" are not an object schema.`,
      hint: 'Wrap them: { "type": "object", "properties": { "value": … }, "required": ["value"] }.',
      data: { keyword: 'type', path: `${name}#` },
    })
  return parameters['additionalProperties']
    ? { ...parameters, type: 'object' }
    : { properties: {}, ...parameters, type: 'object' }
}
