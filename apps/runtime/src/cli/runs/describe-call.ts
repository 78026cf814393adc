import type { JsonValue } from '@rt/core'
import { printable, printableLine } from '../output/printable.ts'

/** What a person decides about. Arguments are the model's text: nothing in them may hide, move or colour what is shown. */
export const describeCall = ({ name, arguments: args, reason }: DescribedCall): string => {
  const shown = visible(JSON.stringify(args))
  const rest = shown.length - LONGEST
  const text = rest > 0 ? `${shown.slice(0, LONGEST)}… and ${rest} more characters` : shown
  return `${printableLine(visible(name))} ${text}\n(${printableLine(visible(reason))})`
}

export interface DescribedCall {
  name: string
  arguments: JsonValue
  reason: string
}

/** More than a screen is not read. */
const LONGEST = 4000

/** Controls, and what turns the direction of text or takes no room, as escapes. */
export const visible = (text: string): string =>
  printable(
    text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu, (char) =>
      Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
        '',
      ),
    ),
  )
