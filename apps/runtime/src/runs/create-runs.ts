import {
  type Approver,
  createSecretId,
  isTerminal,
  type LoopState,
  type Principal,
  RtError,
  type RunStore,
  type StreamPart,
  type Tool,
  toRtError,
} from '@rt/core'
import { failSafe } from '../fail-safe.ts'
import type { RunRequest } from '../run-request.ts'
import { type Asked, decodeAsked, encodeAsked, principalOf } from './asked.ts'
import { followRun } from './follow-run.ts'
import { createJournal, FIRST_STATE, type Journal, type JournalRun } from './journal.ts'
import { createLiveRuns, type LiveRun, type LiveRuns } from './live-runs.ts'
import { requireTools } from './require-tools.ts'

export interface RunsParts {
  store(): Promise<RunStore>
  /** What is run of what was asked. */
  build(asked: Asked, tools: Tool[] | undefined): Promise<RunRequest>
  /** Runs it: a stream that never throws. */
  run(asked: Asked, request: RunRequest, signal: AbortSignal): Promise<AsyncIterable<StreamPart>>
}

export interface BeginOptions {
  signal?: AbortSignal | undefined
  tools?: Tool[] | undefined
  approve?: Approver | undefined
}

/** Turns as runs: each has an id; one that waits for a person, and a durable one, is kept and gone on with. */
export interface Runs {
  begin(asked: Asked, options: BeginOptions): Promise<AsyncIterable<StreamPart>>
  /** Takes a run, and goes on with it whether anybody reads or not. @throws RtError what `RunStore.claim` does. */
  resume(principal: Principal, id: string, options: Omit<BeginOptions, 'approve'>): Promise<AsyncIterable<StreamPart>>
  readonly live: LiveRuns
}

/** A third of the lease. */
const RENEW_MS = 20_000

export const createRuns = ({ store, build, run }: RunsParts): Runs => {
  const live = createLiveRuns()
  /** Of runs that wait, as long as this process lives. */
  const given = new Map<string, Tool[]>()

  /** One part of a run: from its start or from where it waited, to its next end. */
  async function* work({ asked, request, one, journal }: Work): AsyncGenerator<StreamPart> {
    // Shown when the run can be decided about.
    const requests: StreamPart[] = []
    let waits = false
    try {
      const parts = failSafe(() => run(asked, { ...request, checkpoint: journal.checkpoint }, one.signal))
      for await (const part of parts) {
        if (part.type === 'approval-request') requests.push(part)
        else if (!isTerminal(part)) {
          journal.add(part)
          yield part
        } else {
          if (live.closing && part.type === 'abort') await journal.leave()
          else await journal.settle(part, requests)
          waits = part.type === 'finish' && part.finishReason === 'approval'
          one.end()
          yield* requests
          return yield part
        }
      }
    } finally {
      if (!waits) given.delete(one.id)
      one.end()
    }
  }

  /** It goes on whether anybody reads or not; what it streams is read from the store. */
  const inBackground = async (task: Work): Promise<void> => {
    const timer = setInterval(task.journal.renew, RENEW_MS).unref()
    try {
      for await (const _ of work(task));
    } catch {
      // The store did not take its end, so there is nobody to tell: its lease runs out, and it can be gone on with.
    } finally {
      clearInterval(timer)
    }
  }

  const prepare = (asked: Asked, request: RunRequest, id: string): Omit<JournalRun, 'principal'> => ({
    id,
    ...(request.thread !== undefined && { thread: request.thread }),
    request: encodeAsked(asked),
  })
  const start = (asked: Asked, request: RunRequest, one: LiveRun): Work => {
    const { id, principal, background } = one
    const journal = createJournal({
      store,
      run: { ...prepare(asked, request, id), principal },
      stored: background,
      onStored: one.tell,
      onFailure: (error) => one.stop(toRtError(error)),
    })
    return { asked, request, one, journal }
  }

  return {
    live,
    async begin(asked, { signal, tools, approve }) {
      const id = createSecretId()
      const principal = principalOf(asked)
      const request = { ...(await build(asked, tools)), runId: id, approve }
      const kept: Asked = asked.type === 'own' && tools ? { ...asked, given: tools.map(({ name }) => name) } : asked
      if (!request.durable)
        return (async function* () {
          if (tools) given.set(id, tools)
          yield* work(start(kept, request, live.open(id, principal, { signal })))
        })()
      const runs = await store()
      await runs.create({ ...prepare(kept, request, id), principal, status: 'running', state: FIRST_STATE })
      if (tools) given.set(id, tools)
      void inBackground(start(kept, request, live.open(id, principal, { background: true })))
      return followRun({ store: runs, live, principal, id, after: 0, signal })
    },

    async resume(principal, id, { signal, tools }) {
      const runs = await store()
      const record = await runs.get(principal, id)
      if (record) requireDecision(id, record.state, record.status === 'waiting')
      const asked = record && decodeAsked(record.request)
      const own = tools ?? given.get(id)
      const request =
        record && asked && requireTools(id, asked, await build(asked, own), { state: record.state, given: own })
      const claimed = await runs.claim(principal, id)
      if (!claimed || !asked || !request) throw taken(id)
      const resumed = { ...request, runId: id, resume: claimed.state }
      void inBackground(start(asked, resumed, live.open(id, principal, { background: true })))
      return followRun({ store: runs, live, principal, id, after: claimed.parts, signal })
    },
  }
}

interface Work {
  asked: Asked
  request: RunRequest
  one: LiveRun
  journal: Journal
}

/** A run that could only ask again is left to wait. */
const requireDecision = (id: string, { pending }: LoopState, waiting: boolean): void => {
  if (!waiting || pending.some(({ decision }) => decision)) return
  throw new RtError({
    code: 'approval_required',
    message: `run ${id} waits for a person: ${pending.map(({ name }) => name).join(', ')}.`,
    hint: `Decide first: rt runs approve ${id}, or rt runs deny ${id}.`,
    data: { run: id },
  })
}

const taken = (id: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `run ${id} is worked on.`,
    hint: 'Read its stream instead.',
    data: { run: id },
  })
