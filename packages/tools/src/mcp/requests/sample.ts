import type { CreateMessageRequest, CreateMessageResult } from '@modelcontextprotocol/client'
import { collect, createId, createMessage, type JsonValue, type Message, type Principal, RtError } from '@rt/core'
import { callHash } from '../../loop/call-hash.ts'
import type { McpClientOptions, McpServerOptions } from '../options.ts'

const MAX_OUTPUT_TOKENS = 1_024
const MAX_INPUT_CHARACTERS = 65_536

export interface SampleOptions {
  server: string
  options: McpServerOptions
  shared: Pick<McpClientOptions, 'model' | 'approve'>
  principal: Principal
  signal: AbortSignal
}

/**
 * Answers what a server asks our model. It sees what the server wrote and nothing else of ours; a person agrees first.
 *
 * @throws RtError `forbidden`, `approval_required`, `approval_denied`, `unsupported`.
 */
export const sample = async (
  params: CreateMessageRequest['params'],
  { server, options, shared, principal, signal }: SampleOptions,
): Promise<CreateMessageResult> => {
  const { sampling = 'ask' } = options
  if (!shared.model || sampling === 'deny') throw refused(server, 'it may not')
  const messages = params.messages.map(({ role, content }) => toMessage(server, role, [content].flat()))
  const size = JSON.stringify(params.messages).length + (params.systemPrompt?.length ?? 0)
  if (size > MAX_INPUT_CHARACTERS) throw refused(server, `${size} characters are more than ${MAX_INPUT_CHARACTERS}`)
  const maxOutputTokens = Math.max(1, Math.min(MAX_OUTPUT_TOKENS, params.maxTokens))
  if (sampling === 'ask') await askPerson(params, { server, shared, principal, signal, maxOutputTokens })
  const model = await shared.model({ signal, principal })
  const system = params.systemPrompt ? [createMessage('system', params.systemPrompt)] : []
  const request = {
    messages: [...system, ...messages],
    maxOutputTokens,
    principal,
    ...(params.stopSequences && { stop: params.stopSequences }),
    ...(params.temperature !== undefined && { sampling: { temperature: params.temperature } }),
  }
  const { text, finishReason } = await collect(model.stream(request, { signal }))
  return {
    model: model.id,
    role: 'assistant',
    content: { type: 'text', text },
    stopReason: finishReason === 'length' ? 'maxTokens' : 'endTurn',
  }
}

const askPerson = async (
  params: CreateMessageRequest['params'],
  { server, shared, principal, signal, maxOutputTokens }: Omit<SampleOptions, 'options'> & { maxOutputTokens: number },
): Promise<void> => {
  const name = `mcp:${server} sampling`
  if (!shared.approve)
    throw new RtError({
      code: 'approval_required',
      message: `the MCP server ${server} may ask the model only when a person agrees, and nobody is there.`,
      hint: `sampling = "allow" in [mcp.${server}] lets it without asking.`,
    })
  const args = {
    messages: params.messages as unknown as JsonValue,
    ...(params.systemPrompt !== undefined && { systemPrompt: params.systemPrompt }),
    maxTokens: maxOutputTokens,
  }
  const request = {
    id: createId(),
    name,
    arguments: args,
    hash: callHash(name, args, principal),
    reason: `the MCP server ${server} wants to ask the model something, and sees the answer`,
    principal,
  }
  const { approved, reason } = await shared.approve(request, { signal })
  if (approved) return
  throw new RtError({
    code: 'approval_denied',
    message: `a person did not let the MCP server ${server} ask the model${reason ? `: ${reason}` : '.'}`,
  })
}

const toMessage = (server: string, role: 'user' | 'assistant', content: { type: string }[]): Message => {
  const texts = content.map((block) => {
    if (block.type === 'text' && 'text' in block) return String(block.text)
    throw new RtError({
      code: 'unsupported',
      message: `the MCP server ${server} sent the model ${block.type}, and only text is passed on.`,
    })
  })
  return { ...createMessage(role, texts.join('\n')), untrusted: true }
}

const refused = (server: string, why: string): RtError =>
  new RtError({ code: 'forbidden', message: `the MCP server ${server} cannot ask the model: ${why}.` })
