import type { Table } from '@lancedb/lancedb'
import { saveGraph } from './catalog.ts'
import { graphOf } from './catalog-row.ts'
import type { CollectionContext } from './collection-context.ts'
import { buildGraph, wantsGraph } from './graph.ts'
import { isConflict } from './lance-error.ts'
import type { Limits } from './limits.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { sqlNumber } from './sql-text.ts'
import { readAll, verified } from './verified.ts'
import { deleteRows } from './write-rows.ts'

/** Every commit leaves a version and a piece of data. This many are merged in a small collection ... */
const FEWEST_PIECES = 32
/** ... and this many in a large one, since merging rewrites the pieces that are not full yet (a million rows). */
const MOST_PIECES = 256
const BYTES_A_PIECE: number = 2 * 1024 * 1024
/** Before any version. */
const LONG_AGO = new Date(0)
/** Looks into the text index, whatever is there. */
const ANY_WORD = 'a'
/** Commits between two looks. */
const LOOK_EVERY = 8
/** Records that no index covers are compared and searched one by one: so many may be there while writes come in ... */
const BUSY_TAIL = { records: 8192, share: 0.25 }
/** ... and so many when none has come for a while. */
const QUIET_TAIL = { records: 256, share: 0.01 }
const QUIET_MS = 2000
const TOKEN_INDEX = 'tokens_idx'
const TEXT_INDEX = 'words_idx'

/** What keeps a collection small and fast, in the background, one thing at a time. */
export interface Maintenance {
  /** After a commit. */
  wrote(): void
  /** Looks now whether something is to be done. */
  look(): void
  /** What went wrong the last time; the next look tries again. */
  readonly failure: string | undefined
  /** Whether an approximate index is being built. */
  readonly building: boolean
  /** Waits until nothing is left to do. */
  idle(): Promise<void>
  /** Waits for what runs; nothing starts after it. */
  stop(): Promise<void>
}

export const createMaintenance = (context: CollectionContext, limits: Limits): Maintenance => {
  let commits = 0
  let running: Promise<void> | undefined
  let again = false
  let stopped = false
  let failure: string | undefined
  let building = false
  let quiet = false
  let timer: NodeJS.Timeout | undefined

  const compact = async (table: Table): Promise<void> => {
    const { totalBytes, numRows, fragmentStats } = await table.stats()
    const pieces = Math.max(FEWEST_PIECES, Math.min(MOST_PIECES, Math.floor(totalBytes / BYTES_A_PIECE)))
    const { records, share } = quiet ? QUIET_TAIL : BUSY_TAIL
    const tail = (await table.indexStats(TEXT_INDEX))?.numUnindexedRows ?? 0
    if (Math.max(commits, fragmentStats.numFragments) < pieces && tail < Math.max(records, share * numRows)) return
    const counted = commits
    await context.locked(async () => {
      await verified(
        table,
        () => retryConflicts(() => table.optimize({ cleanupOlderThan: LONG_AGO }), isConflict),
        async () => {
          await readAll(table)
          await table.query().fullTextSearch(ANY_WORD).limit(1).toArrow()
        },
      )
      // Old versions go only now. Never deleteUnverified: it would take files from under a writer that is not rt.
      await table.optimize({ cleanupOlderThan: new Date(Date.now() - limits.keepVersionsMs) })
    })
    commits -= counted
  }

  const sweep = async (table: Table): Promise<void> => {
    const ended = `expires <= ${sqlNumber(context.clock())}`
    if ((await context.row()).expiring && (await table.countRows(ended)) > 0)
      await context.locked((writing) => deleteRows(writing.table, ended))
  }

  const indexTokens = async (table: Table): Promise<void> => {
    if ((await table.countRows()) < limits.indexedRecords) return
    if ((await table.listIndices()).some(({ name }) => name === TOKEN_INDEX)) return
    await table.createIndex('tokens', { config: context.libraries.lancedb.Index.labelList(), name: TOKEN_INDEX })
    // An index that was cut off would fail every filter.
    await table.countRows(`array_has(tokens, '')`).catch(async (error: unknown) => {
      await table.dropIndex(TOKEN_INDEX)
      throw error
    })
  }

  const indexVectors = async (table: Table): Promise<void> => {
    const row = await context.row()
    if (!(await wantsGraph(table, row, graphOf(row), limits))) return
    building = true
    try {
      const graph = await buildGraph(context.libraries, table, row, limits).catch(async (error: unknown) => {
        // What there was may be replaced already: every vector is compared then.
        await context.locked(({ tx }) => saveGraph(tx, context.id, undefined))
        throw error
      })
      await context.locked(({ tx }) => saveGraph(tx, context.id, graph))
    } finally {
      building = false
    }
  }

  const run = async (): Promise<void> => {
    do {
      again = false
      try {
        const table = await context.table()
        for (const step of [sweep, compact, indexTokens, indexVectors]) {
          if (stopped) return
          await step(table)
        }
        failure = undefined
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error)
      }
    } while (again && !stopped)
  }

  const look = (): void => {
    if (stopped) return
    again = true
    running ??= run().finally(() => (running = undefined))
  }

  const lookQuietly = (): void => {
    quiet = true
    look()
  }

  return {
    wrote() {
      commits++
      quiet = false
      if (stopped) return
      timer ??= setTimeout(lookQuietly, QUIET_MS).unref()
      timer.refresh()
      if (commits % LOOK_EVERY === 0) look()
    },
    look,
    get failure() {
      return failure
    },
    get building() {
      return building
    },
    async idle() {
      lookQuietly()
      while (running) await running
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
