import { RtError } from '@rt/core'

/** Qdrant takes 255; some are kept for what `catalog.ts` puts in front or behind. */
const MAX_LENGTH = 230

/**
 * The name a collection has in Qdrant, where a name is a folder: letters, digits, `.`, `_` and `-` stay, other bytes are
 * `~` and two hex digits.
 *
 * @throws RtError `invalid_request` for one that does not fit.
 */
export const physicalName = (name: string): string => {
  const encoded = Array.from(Buffer.from(name), (byte, index) => {
    const letter = String.fromCharCode(byte)
    const plain = index === 0 ? /[A-Za-z0-9_]/ : /[A-Za-z0-9._-]/
    return plain.test(letter) ? letter : `~${byte.toString(16).padStart(2, '0')}`
  }).join('')
  if (encoded.length <= MAX_LENGTH) return encoded
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(name.slice(0, 40))}… is too long to name a collection in Qdrant.`,
    hint: 'Letters, digits, `.`, `_` and `-` take one of 230 characters, other bytes three.',
  })
}

/** The name rt knows it by; undefined for one that rt did not make. */
export const logicalName = (physical: string): string | undefined => {
  if (!/^(?:[A-Za-z0-9._-]|~[0-9a-f]{2})+$/.test(physical)) return undefined
  const bytes = physical.replaceAll(
    /~([0-9a-f]{2})|([^~])/g,
    (_, hex: string | undefined, plain: string) => hex ?? plain.charCodeAt(0).toString(16).padStart(2, '0'),
  )
  const name = Buffer.from(bytes, 'hex').toString()
  return physicalName(name) === physical ? name : undefined
}
