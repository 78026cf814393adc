import { requireFile } from './database-file.ts'
import { runTask } from './run-task.ts'
import type { Database } from './types.ts'

export interface CheckIntegrityOptions {
  /** `full` also compares every index with its table, and takes about as long as reading all twice. Default `quick`. */
  check?: 'quick' | 'full'
  signal?: AbortSignal
}

export interface IntegrityReport {
  ok: boolean
  /** What is wrong, at most 100 lines. */
  problems: string[]
  /** Of the file, without its log. */
  bytes: number
  pages: number
  /** Pages nobody uses. */
  freePages: number
  /** Of the log beside it: writes that are not in the file yet. */
  walBytes: number
  /** Version of each subsystem's tables, from the migrations that ran. */
  versions: Record<string, number>
}

/** The smallest a database can be: one page of the smallest size. */
const LEAST_BYTES = 512

/**
 * Looks for damage: pages, indexes, rows that refer to nothing, a file that was cut or is something else. Reads only, and
 * works beside an owner that writes. Damage is in the answer, never thrown.
 *
 * @throws RtError `not_found`, `forbidden`, `aborted`; `database_error` when another process locks the file.
 */
export const checkIntegrity = async (
  database: Database | string,
  { check = 'quick', signal }: CheckIntegrityOptions = {},
): Promise<IntegrityReport> => {
  const path = typeof database === 'string' ? database : database.path
  requireFile(path)
  await using task = await runTask({ type: 'inspect', path, check }, { ...(signal && { signal }) })
  const { problems, pages, pageBytes, freePages, bytes, walBytes, versions = {} } = task.value
  const sizes = { bytes, walBytes }
  if (bytes < LEAST_BYTES && walBytes === 0) {
    const problem = bytes === 0 ? 'it is empty' : `it has only ${bytes} bytes: it was cut, or is something else`
    return { ok: false, problems: [problem], ...sizes, pages: 0, freePages: 0, versions: {} }
  }
  const missing = walBytes === 0 ? pages * pageBytes - bytes : 0
  if (missing > 0) problems.push(`it was cut: ${missing} bytes are missing at its end`)
  return { ok: problems.length === 0, problems, ...sizes, pages, freePages, versions }
}
