import { type CallOptions, type CollectionOperations, LOCAL, RtError } from '@rt/core'
import type { Documents } from '@rt/memory'

export interface ReadDocumentParts {
  documents(): Promise<Documents>
  collections: Pick<CollectionOperations, 'records'>
}

/**
 * The text of a document, put together from its passages: they leave out nothing but white space. The file itself is not
 * opened; it may be gone, or say something else by now.
 *
 * @throws RtError `not_found`, also for one that must stay on this machine.
 */
export const readDocument = async (
  { documents, collections }: ReadDocumentParts,
  { collection, source }: { collection: string; source: string },
  options: CallOptions = {},
): Promise<string> => {
  const all = await (await documents()).list({ ...options, collection })
  const known = all.find((document) => document.source === source.normalize('NFC') && !document.label)
  if (!known)
    throw new RtError({
      code: 'not_found',
      message: `there is no document ${JSON.stringify(source)} in the collection ${JSON.stringify(collection)}.`,
      hint: 'resources/list names those there are.',
    })
  const chunks: { text: string; start: number; end: number }[] = []
  const filter = { source: known.source, principal: LOCAL }
  for await (const { text = '', metadata = {} } of collections.records(collection, {
    ...options,
    filter,
    vectors: false,
  }))
    chunks.push({ text, start: Number(metadata['start']), end: Number(metadata['end']) })
  let end = 0
  return chunks
    .toSorted((a, b) => a.start - b.start)
    .map(({ text, start, end: next }) => {
      const between = '\n'.repeat(Math.max(0, Math.min(2, start - end)))
      end = next
      return between + text
    })
    .join('')
    .trimStart()
}
