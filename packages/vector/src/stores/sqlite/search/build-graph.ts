import { RtError, throwIfAborted } from '@rt/core'
import { openReader, type Reader } from '@rt/node/sqlite/in-thread'
import { noCollection } from '../../../driver-kit/check-collection.ts'
import { BLOCK_SLOTS, type StoredBlock } from '../../../driver-kit/types.ts'
import { loadDriver, writeIndexFile } from '../../../indexes/index.ts'
import { type BlockRow, readBlock } from '../blocks.ts'
import type { CollectionRow } from '../collection-row.ts'
import type { GraphTask, GraphThreadData } from './protocol.ts'
import { createSlotStamps } from './slot-stamps.ts'

/** Vectors added at once: a few milliseconds of work. */
const VECTORS_A_STEP = 32
/** How long a step waits while a search is answered. Not for ever: a store that is always asked still gets its graph. */
const WAIT_MS = 20

type BuildTask = Extract<GraphTask, { type: 'build' }>

/** Builds the graph of a collection from the file and saves it. What is written meanwhile is not in it: its slot differs. */
export const buildGraph = async (
  { path, folder, busy, task }: Omit<GraphThreadData, 'task' | 'port'> & { task: BuildTask },
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { collection, uuid, kind, precision, dimensions, metric } = task
  const loaded = await loadDriver(kind)
  if ('missing' in loaded) throw new RtError({ code: 'unsupported', message: loaded.missing })
  using reader = openReader(path)
  const { version, slots } = inSnapshot(reader, () => readExtent(reader, task))
  const flag = new Int32Array(busy)
  using graph = loaded.driver.create({ dimensions, metric, precision, capacity: slots })
  const stamps = createSlotStamps()
  for (let after = -1; ;) {
    const row = inSnapshot(reader, () => readNext(reader, collection.id, after))
    if (!row) break
    const block = readBlock(row, dimensions, collection.name)
    for (const some of stepsOf(block, dimensions)) {
      Atomics.wait(flag, 0, 1, WAIT_MS)
      graph.add(some.slots, some.vectors)
      // Lets a cancellation in.
      await new Promise((resolve) => setImmediate(resolve))
      throwIfAborted(signal)
    }
    stamps.setBlock(block, () => {})
    after = row.block
    onProgress(Math.min(1, ((after + 1) * BLOCK_SLOTS) / slots))
  }
  const { records, checksums } = stamps
  const meta = { kind, precision, metric, dimensions, collection: uuid, version, size: graph.size, records, checksums }
  writeIndexFile(folder, uuid, meta, (to) => graph.save(to))
}

const inSnapshot = <T>(reader: Reader, work: () => T): T => {
  reader.begin()
  try {
    return work()
  } finally {
    reader.end()
  }
}

const readExtent = (reader: Reader, { collection }: BuildTask): { version: number; slots: number } => {
  const row = reader
    .prepare(
      `SELECT c.version, (SELECT max(block) FROM vector_blocks WHERE collection = c.id) AS last
       FROM vector_collections c WHERE c.id = ?`,
    )
    .get<Pick<CollectionRow, 'version'> & { last: number | null }>(collection.id)
  if (!row) throw noCollection(collection.name)
  return { version: row.version, slots: ((row.last ?? 0) + 1) * BLOCK_SLOTS }
}

const readNext = (reader: Reader, collection: number, after: number): BlockRow | undefined =>
  reader
    .prepare(
      `SELECT b.block, b.records, b.checksums, d.vectors FROM vector_blocks b JOIN vector_data d ON d.id = b.id
       WHERE b.collection = ? AND b.block > ? ORDER BY b.block LIMIT 1`,
    )
    .get<BlockRow>(collection, after)

function* stepsOf(
  { block, records, vectors }: StoredBlock,
  dimensions: number,
): Generator<{ slots: Uint32Array; vectors: Float32Array }> {
  const used = [...records.keys()].filter((place) => records[place] !== 0)
  for (let i = 0; i < used.length; i += VECTORS_A_STEP) {
    const places = used.slice(i, i + VECTORS_A_STEP)
    const joined = new Float32Array(places.length * dimensions)
    for (const [index, place] of places.entries())
      joined.set(vectors.subarray(place * dimensions, (place + 1) * dimensions), index * dimensions)
    yield { slots: Uint32Array.from(places, (place) => block * BLOCK_SLOTS + place), vectors: joined }
  }
}
