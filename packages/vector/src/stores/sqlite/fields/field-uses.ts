import { remember } from '../../../driver-kit/remember.ts'
import { eachField, type FilterNode } from '../../../filter/index.ts'

/** Uses within `WINDOW` at which a path is hot: what an index costs is then repaid by as many more. */
const USES = 20
const WINDOW = 3_600_000
/** Fields counted at once. Names come from callers, who may make up any number of them. */
const MOST = 1000

export interface HotField {
  collection: number
  /** JSON array of names. */
  path: string
}

/** Counts which paths filters ask for, in this process. */
export interface FieldUses {
  /** True when one has become hot. */
  note(collection: number, filter: FilterNode, now: number): boolean
  /** Paths that have become hot, each said once a window. */
  takeHot(): HotField[]
  /** Paths used since it was last asked. */
  takeUsed(): HotField[]
}

export const createFieldUses = (): FieldUses => {
  const counts = new Map<string, HotField & { uses: number; since: number }>()
  let hot: HotField[] = []
  const used = new Map<string, HotField>()
  return {
    note(collection, filter, now) {
      const before = hot.length
      for (const path of pathsOf(filter)) {
        const key = `${collection} ${path}`
        const field = { collection, path }
        remember(used, key, field, MOST)
        const known = counts.get(key)
        const count = known && now - known.since < WINDOW ? known : { ...field, uses: 0, since: now }
        remember(counts, key, count, MOST)
        if (++count.uses === USES) hot.push(field)
      }
      return hot.length > before
    },
    takeHot() {
      const taken = hot
      hot = []
      return taken
    },
    takeUsed() {
      const taken = [...used.values()]
      used.clear()
      return taken
    },
  }
}

const pathsOf = (filter: FilterNode): Set<string> => {
  const paths = new Set<string>()
  eachField(filter, ({ path }) => paths.add(JSON.stringify(path)))
  return paths
}
