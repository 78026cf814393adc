import { type JsonValue, RtError, type Tool, type ToolContext } from '@rt/core'
import { compileJsonSchema } from '../../schema/json-schema-validator.ts'
import { tool } from '../../tool.ts'
import type { McpServerOptions } from '../options.ts'
import type { KnownTool } from '../pins/compare-tools.ts'
import { cleanText } from './clean-text.ts'
import { type McpProgress, withProgress } from './progress.ts'
import { effectsOf } from './side-effects.ts'
import { toolName } from './tool-name.ts'

const MAX_DESCRIPTION = 4_096
export const DEFAULT_TIMEOUT_MS = 60_000

export interface ToToolOptions {
  server: string
  options: McpServerOptions
  known: KnownTool
  call: (
    name: string,
    args: JsonValue,
    context: ToolContext,
    report: (progress: McpProgress) => void,
  ) => Promise<unknown>
}

/**
 * A tool of a server as one of ours. The model sees what was agreed to, whatever the server says now.
 *
 * @throws RtError `schema_unsupported` for a schema a model cannot be given.
 */
export const toTool = ({ server, options, known, call }: ToToolOptions): Tool => {
  const { definition, late } = known
  const { name, title, description, inputSchema, outputSchema, annotations } = definition
  const effects = effectsOf(annotations)
  const { approval = 'writes', timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const isReadOnly = annotations?.['readOnlyHint'] === true
  const own = tool({
    name: toolName(server, name),
    description: cleanText(description ?? title ?? name, MAX_DESCRIPTION),
    inputSchema: { jsonSchema: inputSchema },
    timeoutMs,
    execute: (input, context) => withProgress((report) => call(name, input as JsonValue, context, report)),
  })
  return {
    ...own,
    ...effects,
    untrusted: true,
    approval: late || approval === 'always' || (approval === 'writes' && !isReadOnly),
    origin: `mcp:${server}`,
    ...(outputSchema && {
      outputSchema,
      parseOutput: async (output: unknown) => {
        const { issues } = (await compileJsonSchema(outputSchema, own.name))(output)
        if (!issues) return output
        throw new RtError({
          code: 'tool_failed',
          message: `what ${name} of the MCP server ${server} returned does not match its own outputSchema.`,
          data: { server, tool: name },
        })
      },
    }),
  }
}
