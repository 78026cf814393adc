import { fault } from '../loaded-document.ts'

const MOST = 100

/** Counts brackets outside of strings, before anything recursive sees them. */
export const checkDepth = (text: string): void => {
  let depth = 0
  let most = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at)
    else if (code === 0x7b || code === 0x5b) most = Math.max(most, ++depth)
    else if (code === 0x7d || code === 0x5d) depth--
    // A line of JSON Lines that is broken must not count against the next.
    else if (code === 0x0a && depth < 0) depth = 0
  }
  if (most > MOST) throw fault(`nested ${most.toLocaleString('en')} levels deep; at most ${MOST} are read`)
}

const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22 || code === 0x0a) return at
  }
  return text.length
}
