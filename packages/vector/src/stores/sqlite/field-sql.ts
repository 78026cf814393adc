import type { FieldPath } from '../../filter/index.ts'

/** Tables that lead from `r.metadata` along a path to `f`, the last of its keys; the names are bound in `where`, in order. */
export const fieldTables = (path: FieldPath): { from: string; where: string } => {
  const tables = path.map((_, depth) => {
    const name = depth === path.length - 1 ? 'f' : `f${depth}`
    const above = `f${depth - 1}`
    // json_each throws on a text that is no JSON, so only objects are looked into.
    const source = depth === 0 ? 'r.metadata' : `CASE ${above}.type WHEN 'object' THEN ${above}.value ELSE '{}' END`
    return { name, sql: `json_each(${source}) ${name}` }
  })
  return {
    from: tables.map(({ sql }) => sql).join(', '),
    where: tables.map(({ name }) => `${name}.key = ?`).join(' AND '),
  }
}

const DATE = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
const TIME = '[0-9][0-9]:[0-9][0-9]'
const ZONE_LENGTH = `CASE WHEN substr(f.value, -1) IN ('Z', 'z') THEN 1 WHEN substr(f.value, -6) GLOB '[+-]${TIME}' THEN 6 ELSE 0 END`
const LENGTH = `(length(f.value) - ${ZONE_LENGTH})`
const part = (start: number, size = 2): string => `CAST(substr(f.value, ${start}, ${size}) AS INTEGER)`

/**
 * Whether `f` is what `parseDatetime` takes. Not left to the functions of SQLite, which take 31 February for 3 March, and
 * much else for a date. A text with a NUL would end there for GLOB.
 */
export const IS_DATETIME: string = `(f.type = 'text' AND instr(f.value, char(0)) = 0 AND f.value GLOB '${DATE}*'
  AND date(substr(f.value, 1, 10)) = substr(f.value, 1, 10) AND (length(f.value) = 10 OR (
    f.value GLOB '${DATE}[Tt ]${TIME}*' AND ${part(12)} < 24 AND ${part(15)} < 60
    AND (${LENGTH} = 16 OR (f.value GLOB '${DATE}[Tt ]${TIME}:[0-9][0-9]*' AND ${part(18)} < 60 AND (${LENGTH} = 19 OR (
      ${LENGTH} BETWEEN 21 AND 29 AND substr(f.value, 20, 1) = '.'
      AND substr(f.value, 21, ${LENGTH} - 20) NOT GLOB '*[^0-9]*'))))
    AND (${ZONE_LENGTH} < 6 OR (${part(-5)} < 24 AND ${part(-2)} < 60)))))`

/** Of an `f` that is one, in UTC. */
export const MILLISECONDS: string = `(unixepoch(substr(f.value, 1, 10)) * 1000
  + (length(f.value) > 10) * (${part(12)} * 3600000 + ${part(15)} * 60000)
  + (${LENGTH} >= 19) * ${part(18)} * 1000
  + (${LENGTH} >= 21) * CAST(substr(substr(f.value, 21, ${LENGTH} - 20) || '00', 1, 3) AS INTEGER)
  - (${ZONE_LENGTH} = 6) * CASE substr(f.value, -6, 1) WHEN '-' THEN -1 ELSE 1 END * (${part(-5)} * 3600000 + ${part(-2)} * 60000))`
