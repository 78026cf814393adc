import { type JsonSchema, RtError, type ToolSpec } from '@rt/core'
import {
  type CompiledGrammar,
  type CompileGrammarOptions,
  createSchemaCompiler,
  type SchemaCompiler,
} from './compile-grammar.ts'
import { literal } from './grammar-builder.ts'
import { anyObjectRule } from './json-rules.ts'

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
): CompiledGrammar => {
  const compiler = createSchemaCompiler(options)
  const grammar = compiler.build(callRule(compiler, chosenTools(tools, choice)))
  return { grammar, relaxed: compiler.relaxed }
}

/**
 * GBNF of either one call or the final answer, as the model decides. A text that could be both is a call.
 *
 * @param schema of the answer; undefined = any JSON object.
 * @throws RtError as toolCallGrammar.
 */
export const callOrAnswerGrammar = (
  tools: readonly ToolSpec[],
  schema: JsonSchema | undefined,
  options: CompileGrammarOptions = {},
): CompiledGrammar => {
  const compiler = createSchemaCompiler(options)
  const answer = schema ? compiler.rule(schema, '#') : anyObjectRule(compiler.builder)
  const grammar = compiler.build(`${callRule(compiler, chosenTools(tools, 'auto'))} | ${answer}`)
  return { grammar, relaxed: compiler.relaxed }
}

/**
 * GBNF of what follows the head of a call, `{"name":"<tool>","arguments":`, up to the bracket that ends it.
 *
 * @throws RtError `schema_unsupported` naming the tool and the keyword.
 */
export const callTailGrammar = ({ name, parameters }: ToolSpec): CompiledGrammar => {
  const compiler = createSchemaCompiler()
  const args = compiler.rule(argumentsSchema(name, parameters), `${name}#`)
  return { grammar: compiler.build(`${args} "}"`), relaxed: compiler.relaxed }
}

/**
 * GBNF of the arguments of one call alone.
 *
 * @throws RtError `schema_unsupported` naming the tool and the keyword.
 */
export const toolArgumentsGrammar = ({ name, parameters }: ToolSpec): string => {
  const compiler = createSchemaCompiler()
  return compiler.build(compiler.rule(argumentsSchema(name, parameters), `${name}#`))
}

const callRule = (compiler: SchemaCompiler, tools: readonly ToolSpec[]): string => {
  const { builder } = compiler
  const branches = tools.map(({ name, parameters }) => {
    const args = compiler.rule(argumentsSchema(name, parameters), `${name}#`)
    return `${literal(`${JSON.stringify(name)},"arguments":`)} ${args}`
  })
  const call = builder.rule('named', branches.join(' | '), branches.length)
  return builder.rule('call', `${literal('{"name":')} ${call} "}"`)
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

/** A tool that declares nothing takes nothing; elsewhere such a schema means any object. */
const argumentsSchema = (name: string, parameters: JsonSchema): JsonSchema => {
  if (parameters['type'] !== undefined && parameters['type'] !== 'object')
    throw new RtError({
      code: 'schema_unsupported',
      message: `the parameters of the tool "${name}" are not an object schema.`,
      hint: 'Wrap them: { "type": "object", "properties": { "value": … }, "required": ["value"] }.',
      data: { keyword: 'type', path: `${name}#` },
    })
  const root = parameters['type'] === 'object' ? parameters : { ...parameters, type: 'object' }
  return Object.keys(root).every((keyword) => !DESCRIBES.has(keyword)) ? { ...root, properties: {} } : root
}

const DESCRIBES = new Set(
  'properties patternProperties additionalProperties unevaluatedProperties propertyNames required minProperties $ref allOf anyOf oneOf if'.split(
    ' ',
  ),
)
