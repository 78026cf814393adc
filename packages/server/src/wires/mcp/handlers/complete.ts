import type { CompleteRequest, CompleteResult } from '@modelcontextprotocol/server'
import type { McpContext } from '../mcp-context.ts'
import { DOCUMENT_TEMPLATE, THREAD_TEMPLATE } from '../uris.ts'

const MOST = 100

/** Values of a template's variable that begin with what was typed. */
export const complete = async (
  context: McpContext,
  params: CompleteRequest['params'],
  signal: AbortSignal,
): Promise<CompleteResult> => {
  const all = await valuesOf(context, params, signal)
  const typed = params.argument.value.toLowerCase()
  const values = Array.from(new Set(all))
    .filter((value) => value.toLowerCase().startsWith(typed))
    .toSorted()
  return { completion: { values: values.slice(0, MOST), total: values.length, hasMore: values.length > MOST } }
}

const valuesOf = async (
  { port, identity }: McpContext,
  { ref, argument, context }: CompleteRequest['params'],
  signal: AbortSignal,
): Promise<string[]> => {
  if (ref.type !== 'ref/resource') return []
  if (ref.uri === THREAD_TEMPLATE && argument.name === 'thread')
    return (await port.threads(identity, { signal })).map(({ id }) => id)
  if (ref.uri !== DOCUMENT_TEMPLATE) return []
  const documents = await port.documents(identity, { signal })
  if (argument.name === 'collection') return documents.map(({ collection }) => collection)
  if (argument.name !== 'source') return []
  const chosen = context?.arguments?.['collection']
  return documents.filter(({ collection }) => !chosen || collection === chosen).map(({ source }) => source)
}
