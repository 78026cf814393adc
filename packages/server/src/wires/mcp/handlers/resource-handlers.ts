import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceResult,
  Resource,
} from '@modelcontextprotocol/server'
import { type DocumentInfo, type Message, messageText, RtError, type ThreadInfo } from '@rt/core'
import type { McpContext } from '../mcp-context.ts'
import { page } from '../page.ts'
import { DOCUMENT_TEMPLATE, fromUri, THREAD_TEMPLATE, toUri } from '../uris.ts'

export const listResources = async (
  { port, identity }: McpContext,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<ListResourcesResult> => {
  const [documents, threads] = await Promise.all([
    port.documents(identity, { signal }),
    port.threads(identity, { signal }),
  ])
  const all = [...documents.map(documentResource), ...threads.map(threadResource)]
  const { items, nextCursor } = page(all, ({ uri }) => uri, cursor)
  return { resources: items, ...(nextCursor !== undefined && { nextCursor }) }
}

const documentResource = ({ collection, source, updatedAt }: DocumentInfo): Resource => ({
  uri: toUri({ kind: 'document', collection, source }),
  name: source,
  description: `A document of the collection ${collection}.`,
  mimeType: typeOf(source),
  annotations: { lastModified: new Date(updatedAt).toISOString() },
})

const threadResource = ({ id, messages, updatedAt }: ThreadInfo): Resource => ({
  uri: toUri({ kind: 'thread', thread: id }),
  name: id,
  description: `A conversation of ${messages} messages.`,
  mimeType: 'application/json',
  annotations: { lastModified: new Date(updatedAt).toISOString() },
})

const typeOf = (source: string): string => (/\.(md|markdown)$/i.test(source) ? 'text/markdown' : 'text/plain')

export const listTemplates = (): ListResourceTemplatesResult => ({
  resourceTemplates: [
    {
      uriTemplate: DOCUMENT_TEMPLATE,
      name: 'document',
      description: 'A document, by its collection and the name it is cited by.',
    },
    {
      uriTemplate: THREAD_TEMPLATE,
      name: 'thread',
      description: 'A conversation, oldest message first.',
      mimeType: 'application/json',
    },
  ],
})

/** What a client's model is given at once, in characters. */
const MOST = 1024 * 1024

export const readResource = async (
  { port, identity }: McpContext,
  uri: string,
  signal: AbortSignal,
): Promise<ReadResourceResult> => {
  const name = fromUri(uri)
  if (!name)
    throw new RtError({
      code: 'not_found',
      message: `${JSON.stringify(uri.slice(0, 200))} is no resource of this server.`,
      hint: `They are called ${DOCUMENT_TEMPLATE} and ${THREAD_TEMPLATE}.`,
    })
  const [text, mimeType] =
    name.kind === 'document'
      ? [await port.document(identity, name, { signal }), typeOf(name.source)]
      : [toJson(await port.messages(identity, name.thread, { signal })), 'application/json']
  return { contents: [{ uri, mimeType, text: cut(text) }] }
}

const cut = (text: string): string =>
  text.length <= MOST ? text : `${text.slice(0, MOST)}\n[… ${text.length - MOST} more characters]`

/** What was said, and by whom; calls and files are of no use to another client. */
const toJson = (messages: Message[]): string =>
  JSON.stringify(
    messages.map((message) => ({ role: message.role, text: messageText(message) })).filter(({ text }) => text !== ''),
  )
