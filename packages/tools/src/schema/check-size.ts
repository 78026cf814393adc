import { type JsonSchema, RtError } from '@rt/core'

/** Objects and lists: a validator takes about 10 KB and 0.1 ms for each. */
const MAX_NODES = 5000
const MAX_DEPTH = 256

/**
 * How many objects and lists a schema holds. One that holds itself is too large like any other.
 *
 * @throws RtError `schema_unsupported` beyond 5,000, or 256 levels.
 */
export const checkSize = (schema: JsonSchema, name: string): number => {
  let nodes = 0
  const open: { value: object; depth: number }[] = [{ value: schema, depth: 1 }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next
    if (++nodes > MAX_NODES) throw tooLarge(name, `it has more than ${MAX_NODES} parts`)
    if (depth > MAX_DEPTH) throw tooLarge(name, `it is nested more than ${MAX_DEPTH} levels deep`)
    for (const inner of Object.values(value))
      if (typeof inner === 'object' && inner !== null) {
        // Counted here too: a list of a million would be pushed whole before its first item is counted.
        if (nodes + open.length > MAX_NODES) throw tooLarge(name, `it has more than ${MAX_NODES} parts`)
        open.push({ value: inner, depth: depth + 1 })
      }
  }
  return nodes
}

const tooLarge = (name: string, reason: string): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the schema of ${name} is too large to compile: ${reason}.`,
    hint: 'Make it smaller: fewer branches, or a plain string or object whose content execute checks.',
  })
