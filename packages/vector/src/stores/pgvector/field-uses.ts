import { remember } from '../../driver-kit/remember.ts'
import { eachField, type FieldPath, type FilterNode } from '../../filter/index.ts'
import { fieldKey, type FieldKind } from './field-expression.ts'

/** Uses within `WINDOW` at which a field is hot: what an index costs is then repaid by as many more. */
const USES = 20
const WINDOW = 3_600_000
/** Fields counted at once. Names come from callers, who may make up any number of them. */
const MOST = 1000

export interface Field {
  kind: FieldKind
  path: FieldPath
}

/** Counts the ranges filters of one collection ask for, in this process. */
export interface FieldUses {
  /** Fields that have become hot by this filter. */
  note(filter: FilterNode, now: number): Field[]
}

export const createFieldUses = (): FieldUses => {
  const counts = new Map<string, { uses: number; since: number }>()
  return {
    note(filter, now) {
      const hot: Field[] = []
      for (const [key, field] of fieldsOf(filter)) {
        const known = counts.get(key)
        const count = known && now - known.since < WINDOW ? known : { uses: 0, since: now }
        remember(counts, key, count, MOST)
        // And again after as many, should it not have become an index then.
        if (++count.uses % USES === 0) hot.push(field)
      }
      return hot
    },
  }
}

const fieldsOf = (filter: FilterNode): Map<string, Field> => {
  const fields = new Map<string, Field>()
  eachField(filter, (node) => {
    if (node.op === 'number' || node.op === 'text' || node.op === 'datetime')
      fields.set(fieldKey(node.op, node.path), { kind: node.op, path: node.path })
  })
  return fields
}
