import type { StreamPart } from '@rt/core'
import type { Relaxation } from '../compile-grammar.ts'

const LISTED = 3

/** Says once, in short, what of a schema the grammar does not keep. */
export const relaxedWarning = (relaxed: readonly Relaxation[]): Extract<StreamPart, { type: 'warning' }> => {
  const named = relaxed.slice(0, LISTED).map(({ keyword, path, reason }) => `"${keyword}" at ${path} (${reason})`)
  const more = relaxed.length > LISTED ? ` and ${relaxed.length - LISTED} more` : ''
  return {
    type: 'warning',
    id: 'schema-relaxed',
    message: `checked when the answer is complete, not while it is written: ${named.join(', ')}${more}.`,
  }
}
