import type { RetrievedChunk, VectorHit } from '@rt/core'

/** A hit as a passage. Records that were not ingested from a file are cited by their own id, as a whole. */
export const toChunk = ({
  id,
  score,
  cosine,
  bm25,
  rerank,
  explain,
  text = '',
  metadata,
}: VectorHit): RetrievedChunk => {
  const { source, headings, start, end, converted, label } = metadata
  const placed = typeof start === 'number' && typeof end === 'number'
  return {
    id,
    source: typeof source === 'string' ? source : id,
    headings: Array.isArray(headings) ? headings.filter((heading) => typeof heading === 'string') : [],
    text,
    ...(placed ? { start, end } : { start: 0, end: Buffer.byteLength(text) }),
    ...(converted === true && { converted }),
    score,
    ...(cosine !== undefined && { cosine }),
    ...(bm25 !== undefined && { bm25 }),
    ...(rerank !== undefined && { rerank }),
    ...(explain && { explain }),
    ...(label === 'local-only' && { label }),
  }
}
