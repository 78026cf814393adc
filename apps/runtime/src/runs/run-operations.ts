import { LOCAL, RtError, type RunInfo, type RunOperations, type RunRecord, type RunStore, type Tool } from '@rt/core'
import { failSafe } from '../fail-safe.ts'
import type { Runs } from './create-runs.ts'
import { followRun, noRun } from './follow-run.ts'

/** What is asked of runs. Tools of the program itself can be given again. */
export interface OwnRunOperations extends RunOperations {
  resume(
    id: string,
    options?: Parameters<RunOperations['resume']>[1] & { tools?: Tool[] },
  ): ReturnType<RunOperations['resume']>
}

export interface RunOperationParts {
  store(): Promise<RunStore>
  runs: Runs
}

export const createRunOperations = ({ store, runs }: RunOperationParts): OwnRunOperations => {
  const { live } = runs
  const infoOf = ({ request: _request, state, ...run }: RunRecord): RunInfo => {
    const { step, usage, calls, pending } = state
    // One whose end is stored may have its last line still to run.
    const isLive = run.status === 'running' && live.find(run.id, run.principal) !== undefined
    return { ...run, step, usage, calls, pending, live: isLive }
  }
  const cancel: RunOperations['cancel'] = async (id, { principal = LOCAL } = {}) => {
    const run = live.find(id, principal)
    if (!run) return (await store()).cancel(principal, id)
    run.stop(new RtError({ code: 'aborted', message: 'the run was cancelled.' }))
    // One that is read ends when its reader asks for more.
    if (run.background) await run.over
    return true
  }
  return {
    list: async ({ principal = LOCAL, ...options } = {}) =>
      (await (await store()).list(principal, options)).map(infoOf),
    async get(id, { principal = LOCAL, ...options } = {}) {
      const run = await (await store()).get(principal, id, options)
      if (!run) throw noRun(id)
      return infoOf(run)
    },
    approve: async (id, { call, hash }, { principal = LOCAL, ...options } = {}) =>
      infoOf(await (await store()).decide(principal, id, { call, hash, approved: true }, options)),
    deny: async (id, { call, hash, reason }, { principal = LOCAL, ...options } = {}) =>
      infoOf(
        await (
          await store()
        ).decide(principal, id, { call, hash, approved: false, ...(reason !== undefined && { reason }) }, options),
      ),
    resume: (id, { principal = LOCAL, signal, tools } = {}) =>
      failSafe(() => runs.resume(principal, id, { signal, tools })),
    cancel,
    stream: (id, { principal = LOCAL, after = 0, signal } = {}) =>
      failSafe(async () => followRun({ store: await store(), live, principal, id, after, signal })),
    async delete(id, { principal = LOCAL, ...options } = {}) {
      if (live.find(id, principal)) await cancel(id, { principal })
      return (await store()).delete(principal, id, options)
    },
  }
}
