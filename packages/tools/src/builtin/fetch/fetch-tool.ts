import { RtError, type Tool } from '@rt/core'
import { type AddressGuardOptions, createAddressGuard, createGuardedFetch } from '@rt/node/fetch'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'
import { wrongArgument } from '../wrong-argument.ts'
import { htmlToText } from './html-to-text.ts'

export interface FetchToolOptions extends AddressGuardOptions {
  /** Hosts it may ask: `example.org`, `*.example.org`, `example.org:8443`, `*` for every public one. */
  allow: readonly string[]
  /** Ceiling of one call in milliseconds. Default 20,000. */
  timeoutMs?: number
}

const MOST_BYTES = 2 * 1024 * 1024
const MOST_CHARACTERS = 20_000
const MOST_NAMED = 12
const TEXTS = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|yaml|javascript|x-ndjson)\b)/i

/**
 * Gets a page or another text from a host that is allowed. Its address may carry what the model knows to that host: that is
 * what the list of hosts is for.
 *
 * @throws RtError `invalid_request` for a host that is none.
 */
export const createFetchTool = ({ timeoutMs = 20_000, ...guarded }: FetchToolOptions): Tool => {
  const ask = createGuardedFetch({ guard: createAddressGuard(guarded), maxBytes: Infinity })
  const hosts = [...guarded.allow, ...(guarded.allowPrivate ?? [])]
  const named = hosts.slice(0, MOST_NAMED).join(', ') + (hosts.length > MOST_NAMED ? ', …' : '')
  return {
    ...tool({
      name: 'fetch',
      description: `Gets the text of a web page or file by its address. Hosts: ${named === '*' ? 'all public ones' : named || 'none'}.`,
      inputSchema: objectSchema<{ url: string }>(
        { url: { type: 'string', maxLength: 2048, description: 'Address that begins with https:// or http://' } },
        ['url'],
      ),
      timeoutMs,
      execute: async ({ url }, { signal }) => {
        const response = await ask(readUrl(url), { signal, headers: { accept: 'text/html, text/*, application/json' } })
        const type = response.headers.get('content-type') ?? 'text/plain'
        const { status } = response
        if (!TEXTS.test(type)) {
          await response.body?.cancel()
          return { url: response.url, status, note: `it is no text but ${JSON.stringify(type.slice(0, 100))}` }
        }
        if (!/^(?:|identity)$/i.test(response.headers.get('content-encoding') ?? '')) {
          await response.body?.cancel()
          throw new RtError({ code: 'tool_failed', message: 'the host answers in a compressed form, unasked.' })
        }
        const { text: whole, cut } = await readText(response, type)
        const { title = '', text } = /html/i.test(type) ? htmlToText(whole) : { text: whole }
        const kept = text.slice(0, MOST_CHARACTERS)
        const isCut = cut || kept.length < text.length
        return {
          url: response.url,
          status,
          ...(title && { title }),
          text: kept,
          ...(isCut && { note: `only the first ${kept.length} characters` }),
        }
      },
    }),
    sideEffects: ['network'],
    untrusted: true,
    idempotent: true,
  }
}

const readUrl = (text: string): string => {
  const url = URL.parse(text)
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url.href
  throw wrongArgument('url is no web address. It begins with https:// or http://.')
}

const readText = async (response: Response, type: string): Promise<{ text: string; cut: boolean }> => {
  const decoder = decoderOf(/charset="?([\w-]+)/i.exec(type)?.[1])
  let text = ''
  let bytes = 0
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    bytes += piece.length
    // Leaving the loop ends the connection.
    if (bytes >= MOST_BYTES) return { text, cut: true }
  }
  return { text: text + decoder.decode(), cut: false }
}

const decoderOf = (charset: string | undefined): TextDecoder => {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
