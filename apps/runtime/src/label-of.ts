import type { PrivacyLabel } from '@rt/core'

/** The label of what is made from all of these: the strictest of theirs. */
export const labelOf = (things: { label?: PrivacyLabel }[]): PrivacyLabel | undefined =>
  things.find(({ label }) => label)?.label
