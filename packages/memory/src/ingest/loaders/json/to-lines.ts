import type { JsonValue } from '@rt/core'

/** A list of objects and where it stands. */
export interface Found {
  path: string
  list: JsonValue[]
}

/**
 * A value as lines `path: value`.
 *
 * @param options.lists true: lists of objects become lines too, with the index in their path; false: they are handed back.
 */
export const toLines = (value: JsonValue, options: { lists: boolean }): { lines: string[]; lists: Found[] } => {
  const lines: string[] = []
  const lists: Found[] = []
  const visit = (part: JsonValue | undefined, path: string): void => {
    if (part === null || part === '' || part === undefined) return
    if (typeof part !== 'object') {
      lines.push(path ? `${path}: ${String(part)}` : String(part))
    } else if (!Array.isArray(part)) {
      for (const [key, child] of Object.entries(part)) visit(child, path ? `${path}.${key}` : key)
    } else if (!hasObjects(part)) {
      const text = part
        .flatMap((item) => (item === null || item === '' || typeof item === 'object' ? [] : String(item)))
        .join(', ')
      if (text) lines.push(path ? `${path}: ${text}` : text)
    } else if (options.lists) for (const [index, child] of part.entries()) visit(child, `${path}[${index}]`)
    else lists.push({ path, list: part })
  }
  visit(value, '')
  return { lines, lists }
}

export const hasObjects = (list: JsonValue[]): boolean => list.some((item) => typeof item === 'object' && item !== null)
