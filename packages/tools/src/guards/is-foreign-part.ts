import type { Message, Part } from '@rt/core'

/** Whether others wrote a part: all of what tools return, and of a message that is untrusted what says so, else all of it. */
export const isForeignPart = ({ role, untrusted, parts }: Message, part: Part): boolean => {
  if (role === 'tool') return true
  if (!untrusted) return false
  const isMarked = (one: Part): boolean => one.type === 'text' && one.untrusted === true
  return isMarked(part) || !parts.some(isMarked)
}
