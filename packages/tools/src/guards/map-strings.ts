/** Deeper than any value that JSON carries here, and less deep than the stack. */
const MOST_DEPTH = 200

/**
 * A copy of a value with each of its texts changed, keys included: they are text of whoever wrote the value. What did not
 * change is the same object. Only plain objects and arrays are looked into.
 */
export const mapStrings = async (
  value: unknown,
  change: (text: string) => string | Promise<string>,
  depth = 0,
): Promise<unknown> => {
  if (typeof value === 'string') return change(value)
  if (typeof value === 'number') {
    // A card number may be written as one.
    const text = await change(String(value))
    return text === String(value) ? value : text
  }
  if (typeof value !== 'object' || value === null) return value
  // What nobody looked at goes no further.
  if (depth >= MOST_DEPTH) return '[nested too deep]'
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(await mapStrings(item, change, depth + 1))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (!isPlain(value)) return value
  const entries: [string, unknown][] = []
  let isSame = true
  for (const [key, below] of Object.entries(value)) {
    const entry: [string, unknown] = [await change(key), await mapStrings(below, change, depth + 1)]
    isSame &&= entry[0] === key && entry[1] === below
    entries.push(entry)
  }
  return isSame ? value : Object.fromEntries(entries)
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
