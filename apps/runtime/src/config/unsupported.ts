import { describePlace, isTable, valueAt } from './describe-place.ts'
import type { Field } from './fields.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import type { Mistake } from './mistakes.ts'

/** What a file asks for and this version does not have: the outermost table or key of each. */
export const unsupportedParts = (raw: Record<string, unknown>, fields: Field[], lines: KeyLines): Mistake[] => {
  const found: { path: Path; instead: string }[] = []
  for (const { path: pattern, note } of fields) {
    if (!note?.later) continue
    for (const path of pathsLike(pattern, raw)) {
      const value = valueAt(raw, path)
      const unless = note.later.unless ?? []
      const asks = value !== undefined && !unless.some((one) => JSON.stringify(one) === JSON.stringify(value))
      const within = found.some((outer) => outer.path.every((part, index) => part === path[index]))
      if (asks && !within) found.push({ path, instead: note.later.instead })
    }
  }
  return found.map(({ path, instead }) => ({
    line: lines.lineOf(path),
    where: describePlace(path, valueAt(raw, path)),
    why: `This is not in this version of rt. ${instead}`,
  }))
}

/** Paths of a file that a field's path stands for. */
const pathsLike = (pattern: string[], raw: unknown): string[][] => {
  let paths: string[][] = [[]]
  for (const part of pattern)
    paths = paths.flatMap((path) => {
      const table = valueAt(raw, path)
      if (!isTable(table)) return []
      return part === '*' ? Object.keys(table).map((key) => [...path, key]) : [[...path, part]]
    })
  return paths
}
