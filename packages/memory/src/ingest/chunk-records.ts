import { createHash } from 'node:crypto'
import type { PrivacyLabel, Principal, VectorRecord } from '@rt/core'
import type { Chunk } from './chunkers/heading-aware.ts'

/** A chunk ready to be written. */
export interface ChunkRecord {
  record: VectorRecord & { id: string; text: string }
  /** What is embedded: the passage under its heading path, because a passage rarely names its own subject. */
  embeddable: string
}

export interface ChunkOrigin {
  source: string
  principal: Principal
  converted: boolean
  label?: PrivacyLabel | undefined
}

/**
 * Chunks as records. An id depends on owner, source and what is embedded, not on the place in the file: a paragraph
 * added at the top changes offsets, and not one vector.
 */
export const toRecords = (chunks: Chunk[], { source, principal, converted, label }: ChunkOrigin): ChunkRecord[] => {
  const seen = new Map<string, number>()
  return chunks.map(({ text, headings, start, end }) => {
    const embeddable = withHeadings(headings, text)
    const copy = seen.get(embeddable) ?? 0
    seen.set(embeddable, copy + 1)
    const id = createHash('sha256')
      .update(JSON.stringify([principal, source, embeddable, copy]))
      .digest('hex')
      .slice(0, 32)
    // `converted`: its bytes are those of the text the file was converted to.
    const metadata = {
      source,
      principal,
      headings,
      start,
      end,
      ...(converted && { converted }),
      ...(label && { label }),
    }
    return { record: { id, text, metadata }, embeddable }
  })
}

/** What of a stored chunk is embedded; undefined for a record that has no text. */
export const embeddableOf = ({ text, metadata }: VectorRecord): string | undefined => {
  const headings = metadata?.['headings']
  const isPath = Array.isArray(headings) && headings.every((heading) => typeof heading === 'string')
  return text && (isPath ? withHeadings(headings, text) : text)
}

const withHeadings = (headings: readonly string[], text: string): string =>
  headings.length ? `${headings.join(' > ')}\n${text}` : text
