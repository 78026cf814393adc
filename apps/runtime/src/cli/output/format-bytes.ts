import type { CitationPart } from '@rt/core'

/** `bytes 812-901`; where the file was converted they are not the file's, and cannot be looked up in it. */
export const formatBytes = ({ start, end, converted }: Pick<CitationPart, 'start' | 'end' | 'converted'>): string =>
  `bytes ${start}-${end}${converted ? ' of its text' : ''}`
