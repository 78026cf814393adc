import type { Message, PrivacyLabel, RetrievedChunk } from '@rt/core'
import { labelOf } from './label-of.ts'
import { withLabel } from './with-label.ts'

/**
 * An answer as a thread keeps it: with the label of what it was made from, and marked as of others when passages were
 * read, since it may carry on what they tell a model to do.
 */
export const withProvenance = (
  answer: Message[],
  { label, passages }: { label: PrivacyLabel | undefined; passages: RetrievedChunk[] },
): Message[] => {
  const labelled = withLabel(answer, label ?? labelOf(answer))
  return passages.length ? labelled.map((message) => ({ ...message, untrusted: true })) : labelled
}
