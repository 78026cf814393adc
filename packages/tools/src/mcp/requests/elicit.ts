import type { ElicitRequest, ElicitResult } from '@modelcontextprotocol/client'
import type { JsonObject, Principal } from '@rt/core'
import { compileJsonSchema } from '../../schema/json-schema-validator.ts'
import type { McpAsker } from '../options.ts'
import { cleanText } from '../tool/clean-text.ts'

const MAX_MESSAGE = 2_000

export interface ElicitOptions {
  server: string
  ask: McpAsker
  principal: Principal
  signal: AbortSignal
}

/** Asks a person what a server wants to know. An answer that does not fit the server's own schema is none. */
export const elicit = async (
  params: ElicitRequest['params'],
  { server, ask, principal, signal }: ElicitOptions,
): Promise<ElicitResult> => {
  const message = cleanText(params.message, MAX_MESSAGE)
  if ('url' in params && params.mode === 'url') {
    // Anything else could run a program, or read a file.
    if (!/^https?:\/\//i.test(params.url)) return { action: 'decline' }
    const { action } = await ask({ server, message, url: params.url, principal }, { signal })
    return { action }
  }
  const schema = (params as { requestedSchema: JsonObject }).requestedSchema
  const validate = await compileJsonSchema(schema, `the question of ${server}`)
  const answer = await ask({ server, message, schema, principal }, { signal })
  if (answer.action !== 'accept') return { action: answer.action }
  const content = answer.content ?? {}
  const { issues } = validate(content)
  return issues ? { action: 'cancel' } : ({ action: 'accept', content } as ElicitResult)
}
