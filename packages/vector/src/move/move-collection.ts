import { type CollectionInfo, type MoveProgress, RtError, throwIfAborted, type VectorStore } from '@rt/core'
import { checkTarget } from './check-target.ts'
import { createPass } from './create-pass.ts'

export interface MoveCollectionOptions {
  from: VectorStore
  to: VectorStore
  /** A collection of `from`; it has the same name in `to`. */
  name: string
  /** Leave it in `from` as well. Default false. */
  keep?: boolean | undefined
  /** `to` holds an unfinished copy, which is made equal to the original. Default false: that is a `conflict`. */
  resume?: boolean | undefined
  /**
   * Runs the last comparison and the deletion while nobody writes to the collection. Default: nothing is held up, and what
   * others write between those two is lost.
   */
  whileStill?: <T>(work: () => Promise<T>) => Promise<T>
  signal?: AbortSignal | undefined
  onProgress?: ((progress: MoveProgress) => void) | undefined
}

export interface MovedCollection {
  /** In the new store; each was compared with its original. */
  records: number
  passes: number
  /** It is still in the old store. */
  kept: boolean
}

/** Passes while others write; the last ones have them wait. */
const MOST_PASSES = 8
const MOST_STILL_PASSES = 3

/**
 * Moves a collection to another store: copies it, compares every record (and carries over what was written meanwhile)
 * until a whole pass finds nothing to do, then points the aliases and deletes the original. What fails before that
 * deletes the copy, unless it was there before, and leaves the original as it was.
 *
 * @throws RtError `not_found`; `conflict` when the target has a collection or alias of that name, or gives records back
 * changed; `unsupported` for a metric or tokenizer it does not have; `overloaded` when writing never stops.
 */
export const moveCollection = async (options: MoveCollectionOptions): Promise<MovedCollection> => {
  const { from, to, name, keep = false, resume = false, signal, onProgress } = options
  const whileStill = options.whileStill ?? ((work) => work())
  throwIfAborted(signal)
  const info = await find(from, name)
  const { exists } = await checkTarget(info, to, { resume })
  const source = await from.collection(name)
  let proved = false
  try {
    const target = await to.collection(name, info.stamp, info.options)
    const pass = createPass({ source, target, store: to, metric: info.stamp?.metric, signal, onProgress })
    if (!exists) await pass.copy()
    let changed = await pass.compare()
    while (changed > 0 && pass.count < MOST_PASSES) changed = await pass.compare()
    return await whileStill(async () => {
      for (let tries = 1; (await pass.compare()) > 0; tries++) if (tries === MOST_STILL_PASSES) throw neverStill(name)
      const aliases = Object.fromEntries((info.aliases ?? []).map((alias) => [alias, name]))
      if (Object.keys(aliases).length) await to.alias(aliases)
      throwIfAborted(signal)
      proved = true
      if (!keep) await dropOriginal(from, name)
      return { records: pass.records, passes: pass.count, kept: keep }
    })
  } catch (error) {
    // After the proof the copy may be all there is.
    if (!proved && !exists) await undo(to, name, error)
    throw error
  }
}

// ---

const find = async (from: VectorStore, name: string): Promise<CollectionInfo> => {
  const infos = await from.list()
  const found = infos.find((info) => info.name === name)
  if (found) return found
  const behind = infos.find(({ aliases = [] }) => aliases.includes(name))
  throw new RtError({
    code: 'not_found',
    message: `there is no collection "${name}" in ${from.kind}.`,
    hint: behind
      ? `"${name}" is an alias: move "${behind.name}", its aliases go along.`
      : `Collections: ${infos.map((info) => info.name).join(', ') || 'none'}.`,
  })
}

const dropOriginal = async (from: VectorStore, name: string): Promise<void> => {
  try {
    await from.drop(name)
  } catch (cause) {
    throw new RtError({
      code: RtError.isInstance(cause) ? cause.code : 'internal',
      message: `"${name}" was copied whole, but the original in ${from.kind} could not be deleted: ${(cause as Error).message}`,
      hint: 'The copy is complete. Delete the original when its store answers again.',
      cause,
    })
  }
}

/** What went wrong is what is told; that cleaning up went wrong too is added. */
const undo = async (to: VectorStore, name: string, error: unknown): Promise<void> => {
  try {
    await to.drop(name)
  } catch (failure) {
    const reason = RtError.isInstance(error) ? error : undefined
    throw new RtError({
      code: reason?.code ?? 'internal',
      message: `${reason?.message ?? String(error)} The unfinished copy of "${name}" in ${to.kind} could not be deleted: ${(failure as Error).message}`,
      hint: `The original is as it was. Delete the copy, or go on with it: resume.`,
      cause: error,
    })
  }
}

const neverStill = (name: string): RtError =>
  new RtError({
    code: 'overloaded',
    message: `"${name}" is written faster than it can be moved.`,
    hint: 'Stop what writes to it, and move it then.',
  })
