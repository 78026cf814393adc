import { RtError } from '@rt/core'

/** Says what it is, so that an id, or the cursor of another store, is not taken for a place. */
const MARK = 'after:'

/** `next` of a page of a store that scrolls in the order of ids. */
export const writeCursor = (lastId: string): string => MARK + lastId

/**
 * The id after which to go on.
 *
 * @throws RtError `invalid_request` for what is no such cursor.
 */
export const readCursor = (cursor: string): string => {
  if (cursor.startsWith(MARK) && cursor.isWellFormed() && !cursor.includes('\0')) return cursor.slice(MARK.length)
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(cursor.slice(0, 40))} is no place to go on from.`,
    hint: 'Give the `next` of the page before.',
  })
}
