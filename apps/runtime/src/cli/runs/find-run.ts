import { RtError, type RunInfo, type RunOperations, type RunOptions } from '@rt/core'
import { called } from '../called.ts'

/** A run by its id, or the beginning of one. @throws RtError `not_found`, `invalid_request` when several begin so. */
export const findRun = async (runs: RunOperations, id: string, options: RunOptions): Promise<RunInfo> => {
  const all = await runs.list({ ...options, limit: 10_000 })
  const found = all.filter((run) => run.id.startsWith(id))
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    throw new RtError({
      code: 'invalid_request',
      message: `${found.length} runs begin with ${id}.`,
      hint: 'Write more of the id.',
    })
  throw new RtError({ code: 'not_found', message: `there is no run ${id}.`, hint: `See: ${called} runs` })
}

/** One that is `running` and worked on by nobody was interrupted. */
export const statusOf = ({ status, live }: RunInfo): string => (status === 'running' && !live ? 'interrupted' : status)
