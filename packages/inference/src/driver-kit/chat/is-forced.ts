import type { Prompt } from '@rt/core'

/** A grammar decides what the answer looks like, not the model. */
export const isForced = ({ tools = [], toolChoice = 'auto', output }: Prompt): boolean =>
  (tools.length > 0 && toolChoice !== 'auto' && toolChoice !== 'none') ||
  (output !== undefined && output.type !== 'text')

/** The model chooses between text and calls, in the form it was trained on. */
export const offersTools = (prompt: Prompt): boolean =>
  (prompt.tools ?? []).length > 0 && (prompt.toolChoice ?? 'auto') === 'auto' && !isForced(prompt)
