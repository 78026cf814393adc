import { type Message, RtError } from '@rt/core'
import type { V4LanguageModel } from './v4-language-model.ts'

/**
 * The functions of the AI SDK fetch the URLs a model cannot read itself; models are promised there are none. rt fetches
 * nothing on a message's word.
 *
 * @throws RtError `unsupported` for such a URL, `invalid_request` for what is none.
 */
export const checkFiles = async (messages: Message[], model: V4LanguageModel, id: string): Promise<void> => {
  const files = messages.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      part.type === 'file' && typeof part.data === 'string' && !part.data.startsWith('data:')
        ? [{ mediaType: part.mediaType, url: part.data }]
        : [],
    ),
  )
  if (files.length === 0) return
  const supported = Object.entries(await model.supportedUrls)
  for (const { mediaType, url } of files) {
    if (!URL.canParse(url))
      throw new RtError({
        code: 'invalid_request',
        message: `a file's data is the text ${JSON.stringify(url.slice(0, 80))}, which is no URL.`,
        hint: 'give bytes, a data: URL or an address.',
      })
    const reads = supported.some(
      ([type, patterns]) => matches(type, mediaType) && patterns.some((pattern) => pattern.test(url.toLowerCase())),
    )
    if (!reads)
      throw new RtError({
        code: 'unsupported',
        message: `${id} does not read ${mediaType} files by URL.`,
        hint: 'give the bytes of the file instead.',
      })
  }
}

/** `*`, `image/*` or a whole type. */
const matches = (pattern: string, mediaType: string): boolean =>
  pattern === '*' ||
  pattern === '*/*' ||
  pattern === mediaType ||
  (pattern.endsWith('/*') && mediaType.startsWith(pattern.slice(0, -1)))
