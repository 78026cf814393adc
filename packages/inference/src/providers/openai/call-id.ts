import { createHash } from 'node:crypto'

/** The id of a call as an API takes it: itself, or where ids have a fixed length always the same one made from it. */
export const toCallId = (id: string, length: number | undefined): string => {
  if (length === undefined || new RegExp(`^[a-zA-Z0-9]{${length}}$`).test(id)) return id
  return createHash('sha256').update(id).digest('hex').slice(0, length)
}
