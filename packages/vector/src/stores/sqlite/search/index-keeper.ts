import type { MessagePort } from 'node:worker_threads'
import type { IndexInfo } from '@rt/core'
import { chooseGraph, type ChosenGraph } from '../../../indexes/index.ts'
import { attachGraph } from './attached-graph.ts'
import { type Canary, CANARY_QUERIES, type CanarySubject, createCanary } from './canary.ts'
import { DEFAULT_EF } from './choose-ef.ts'
import type { LoadedCollection } from './loaded-collection.ts'
import { needsRebuild } from './needs-rebuild.ts'
import { type IndexPlan, planIndex } from './plan-index.ts'
import type { GraphTask, GraphTaskMessage } from './protocol.ts'
import { readEf, writeEf } from './ef-file.ts'
import { createQuerySample } from './query-sample.ts'
import type { SearchTuning } from './tuning.ts'

/** Has the index of one collection chosen, loaded, built, kept in step and measured. */
export interface IndexKeeper extends Disposable {
  /** Candidates a search looks at in the graph. */
  readonly ef: number
  /** A search was answered; `exactMs`: what comparing every vector took. */
  served(vector: Float32Array, exactMs: number | undefined): void
  /** A few milliseconds of work, while nobody asks; false when there is nothing to do. */
  step(now: number): boolean
  info(): IndexInfo
}

export interface KeeperOptions {
  collection: LoadedCollection
  tuning: SearchTuning
  /** Where saved graphs lie. */
  folder: string
  /** Graphs are built and saved. */
  mayBuild: boolean
  /** Starts a task; what comes of it is said at the port. */
  start: (task: GraphTask) => MessagePort
  /** Something happened that `step` should see. */
  wake: () => void
}

/** Time for vectors of the tail to go into the graph, before somebody may ask again. */
const FOLD_MS = 4
const FOLD_VECTORS = 4
/** After a failed build; doubled by each further one. */
const RETRY_MS = 60_000
/** Share of an exact search's time that the newest one has in the average. */
const NEWEST = 0.2

export const createIndexKeeper = (options: KeeperOptions): IndexKeeper => {
  const { collection, tuning, mayBuild } = options
  let task: { type: GraphTask['type']; port: MessagePort; progress: number } | undefined
  let flatMs: number | undefined
  /** When to look for a saved graph. */
  let lookAgain = -Infinity
  /** The graph it would have; undefined while nobody has asked, null while it is found out. */
  let chosen: ChosenGraph | { missing: string } | null | undefined
  let failure: { why: string; until: number; waits: number } | undefined
  let canary: Canary | undefined
  /** Also of the time before there was a graph. */
  const sample = createQuerySample(CANARY_QUERIES)
  let savedEf: number | undefined
  /** Of the collection when the graph was built. */
  let attachedVersion: number | undefined

  const plan = (): IndexPlan => {
    const { flat, graph, state } = collection
    return planIndex({
      option: state.options.index,
      bytes: (flat?.size ?? 0) * (state.dimensions ?? 0) * 4,
      flatMs,
      hasGraph: graph !== undefined,
      graphBytes: tuning.graphBytes,
    })
  }

  const detach = (): void => {
    collection.graph = undefined
    canary = undefined
  }

  const begin = (job: { type: 'find' } | Omit<Extract<GraphTask, { type: 'build' }>, keyof Common>): void => {
    const { uuid, dimensions, metric } = collection.state
    const { id, name } = collection
    const port = options.start({ ...job, collection: { id, name }, uuid, dimensions: dimensions!, metric })
    const running = (task = { type: job.type, port, progress: 0 })
    const end = (message: GraphTaskMessage): void => {
      if (task !== running) return
      task = undefined
      port.close()
      finish(message)
      options.wake()
    }
    port.on('message', (message: GraphTaskMessage) => {
      if ('progress' in message) running.progress = message.progress
      else end(message)
    })
    port.on('close', () => end({ failed: 'its thread ended' }))
  }

  const finish = (message: GraphTaskMessage): void => {
    if ('ready' in message) {
      try {
        attach(message.ready)
        failure = undefined
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error))
      }
    } else if ('failed' in message) fail(message.failed)
  }

  const fail = (why: string): void => {
    const waits = (failure?.waits ?? 0) + 1
    failure = { why, waits, until: performance.now() + RETRY_MS * 2 ** (waits - 1) }
  }

  const attach = ({ meta, graphPath }: Extract<GraphTaskMessage, { ready: unknown }>['ready']): void => {
    const { state, flat } = collection
    const fits = meta.collection === state.uuid && meta.dimensions === state.dimensions && meta.metric === state.metric
    if (!fits || !flat || !chosen || 'missing' in chosen || !plan().graph) return
    const { driver, precision, refine } = chosen
    if (meta.kind !== driver.kind || meta.precision !== precision) return
    if (collection.graph && meta.version === attachedVersion) return
    detach()
    const index = driver.load(graphPath, meta)
    collection.graph = attachGraph(index, flat, { refine, built: meta, now: collection.stamps })
    attachedVersion = meta.version
    savedEf = readEf(options.folder, state.uuid)
    canary = createCanary({ target: state.options.recall, everyMs: tuning.canaryMs, ef: savedEf, sample })
  }

  const choose = async (): Promise<void> => {
    const { metric, dimensions, options: asked } = collection.state
    chosen = null
    const wanted = asked.index === 'flat' ? 'auto' : asked.index
    chosen = await chooseGraph({ wanted, metric, dimensions: dimensions! })
    options.wake()
  }

  /** Begins what has to be done so that the index is the one that is wanted. */
  const arrange = (now: number): void => {
    if (!plan().graph) return detach()
    if (task || chosen === null) return
    if (!chosen) return void choose()
    if ('missing' in chosen) return
    if (collection.graph && needsRebuild(wearOf(collection)) === undefined) return
    // Whoever may only read looks again later: somebody else builds.
    if ((!collection.graph || !mayBuild) && now >= lookAgain) {
      lookAgain = mayBuild ? Infinity : now + RETRY_MS
      return begin({ type: 'find' })
    }
    if (mayBuild && !(failure && now < failure.until))
      begin({ type: 'build', kind: chosen.driver.kind, precision: chosen.precision })
  }

  const fold = (): void => {
    const { graph } = collection
    for (const until = performance.now() + FOLD_MS; graph!.pending > 0 && performance.now() < until;)
      graph!.fold(FOLD_VECTORS)
  }

  const step = (now: number): boolean => {
    const { isLoaded, flat } = collection
    if (!isLoaded || !flat) return false
    arrange(now)
    const { graph } = collection
    if (!graph) return false
    // A graph that is being replaced takes nothing up any more.
    if (graph.pending > 0 && !task) {
      fold()
      return true
    }
    if (canary!.step(subjectOf(collection), now)) return true
    if (mayBuild && canary!.recall !== undefined && canary!.ef !== savedEf)
      writeEf(options.folder, collection.state.uuid, (savedEf = canary!.ef))
    return false
  }

  return {
    get ef() {
      return canary?.ef ?? DEFAULT_EF
    },
    served(vector, exactMs) {
      sample.add(vector)
      if (exactMs !== undefined) flatMs = flatMs === undefined ? exactMs : (1 - NEWEST) * flatMs + NEWEST * exactMs
    },
    step(now) {
      try {
        return step(now)
      } catch (error) {
        // Whatever went wrong with a graph, exact search goes on.
        detach()
        fail(error instanceof Error ? error.message : String(error))
        return false
      }
    },
    info() {
      const { graph, flat, state } = collection
      const wanted = plan()
      const building = task?.type === 'build' ? { building: task.progress } : {}
      const bytes = flat ? { bytes: flat.bytes + (graph?.index.bytes ?? 0) } : {}
      if (!graph) return { kind: 'flat', reason: flatReason(wanted), ...bytes, ...building }
      return {
        kind: graph.index.kind,
        reason: `${wanted.reason}; ${(chosen as ChosenGraph).reason}`,
        ...bytes,
        tail: graph.tail,
        tombstones: graph.index.tombstones,
        ...(canary?.recall !== undefined && { recall: canary.recall }),
        target: state.options.recall,
        ef: canary!.ef,
        ...building,
      }
    },
    [Symbol.dispose]() {
      const running = task
      task = undefined
      running?.port.close()
    },
  }

  function flatReason({ graph, reason }: IndexPlan): string {
    if (!graph) return reason
    if (chosen && 'missing' in chosen) return `${reason}, but ${chosen.missing}`
    if (failure) return `${reason}; its graph could not be built: ${failure.why}`
    if (task?.type === 'build') return `${reason}; its graph is being built`
    return mayBuild ? `${reason}; its graph is on its way` : `${reason}; a graph is built by whoever may write`
  }
}

type Common = Pick<GraphTask, 'collection' | 'uuid' | 'dimensions' | 'metric'>

const wearOf = ({ flat, graph }: LoadedCollection): Parameters<typeof needsRebuild>[0] => ({
  vectors: flat!.size,
  entries: graph!.entries,
  tombstones: graph!.index.tombstones,
  tail: graph!.tail,
  unsaved: graph!.unsaved,
})

const subjectOf = ({ flat, graph, state, changes }: LoadedCollection): CanarySubject => ({
  metric: state.metric,
  slots: flat!.slots,
  bytes: flat!.bytes,
  version: changes,
  exact: (query, k, only) => flat!.search(query, k, only),
  approximate: (query, k, ef) => graph!.search(query, k, { ef, only: undefined }) ?? flat!.search(query, k),
  vector: (slot) => flat!.vector(slot),
})
