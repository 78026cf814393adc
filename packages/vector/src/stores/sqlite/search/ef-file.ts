import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Most a file may say: it is only a file. */
const MAX_EF = 4096

const fileOf = (folder: string, uuid: string): string => join(folder, `${uuid}.ef.json`)

/** `ef` of an earlier run; undefined when there is none to be had. */
export const readEf = (folder: string, uuid: string): number | undefined => {
  try {
    const { ef } = JSON.parse(readFileSync(fileOf(folder, uuid), 'utf8')) as { ef?: unknown }
    return typeof ef === 'number' && Number.isInteger(ef) && ef >= 1 && ef <= MAX_EF ? ef : undefined
  } catch {
    return undefined
  }
}

/** Not synced: who finds nothing measures again. */
export const writeEf = (folder: string, uuid: string, ef: number): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const temporary = `${fileOf(folder, uuid)}.tmp`
    writeFileSync(temporary, JSON.stringify({ ef }), { mode: 0o600 })
    renameSync(temporary, fileOf(folder, uuid))
  } catch {
    // A full disk costs a measurement, no answer.
  }
}
