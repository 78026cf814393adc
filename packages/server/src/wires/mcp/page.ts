import { RtError } from '@rt/core'

const PAGE = 100

/**
 * One page of a list. The cursor says after which name it goes on, so that what comes and goes meanwhile neither repeats
 * nor hides the rest.
 *
 * @throws RtError `invalid_request` for a cursor that is none of ours.
 */
export const page = <T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  cursor: string | undefined,
): { items: T[]; nextCursor?: string } => {
  const sorted = items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const after = cursor === undefined ? undefined : decode(cursor)
  const rest = after === undefined ? sorted : sorted.filter((item) => nameOf(item) > after)
  const shown = rest.slice(0, PAGE)
  return { items: shown, ...(rest.length > PAGE && { nextCursor: encode(nameOf(shown.at(-1)!)) }) }
}

const encode = (name: string): string => `after:${encodeURIComponent(name)}`

const decode = (cursor: string): string => {
  try {
    if (cursor.startsWith('after:')) return decodeURIComponent(cursor.slice('after:'.length))
  } catch {
    // Said below.
  }
  throw new RtError({
    code: 'invalid_request',
    message: 'the cursor is not one of this server.',
    hint: 'Pass nextCursor of the page before, or none.',
  })
}
