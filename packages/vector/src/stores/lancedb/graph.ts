import type { Table } from '@lancedb/lancedb'
import type { Metric } from '@rt/core'
import { type CatalogRow, type GraphState, optionsOf } from './catalog-row.ts'
import { hasColumn } from './dataset.ts'
import type { Limits } from './limits.ts'
import type { Libraries } from './load-lancedb.ts'
import { type Columns, readVector } from './read-rows.ts'

/** Lance trains on as many at least. */
const FEWEST_VECTORS = 256
/** Partitions are sized for the vectors there were: after growing so many times over, they are laid anew. */
const REBUILD_GROWTH = 4
const SAMPLES = 16
const NEIGHBOURS = 10
const INDEX = 'vector_idx'

/** Whether an approximate index is to be built, or built anew. */
export const wantsGraph = async (
  table: Table,
  row: CatalogRow,
  graph: GraphState | undefined,
  limits: Limits,
): Promise<boolean> => {
  const { dimensions } = row
  if (dimensions === null || optionsOf(row).index === 'flat') return false
  if (!hasColumn(await table.schema(), 'vector')) return false
  const vectors = await table.countRows('vector IS NOT NULL')
  if (vectors < FEWEST_VECTORS || vectors * dimensions * 4 < limits.partitionedBytes) return false
  return !graph || vectors >= graph.vectors * REBUILD_GROWTH
}

/**
 * Builds the index and measures with vectors of the collection how far a search has to look to find its target share of
 * the true neighbours. Undefined where no setting does: then every vector goes on being compared.
 */
export const buildGraph = async (
  libraries: Libraries,
  table: Table,
  row: CatalogRow,
  limits: Limits,
): Promise<GraphState | undefined> => {
  const { Index } = libraries.lancedb
  const { dimensions, metric } = row
  const { recall: target } = optionsOf(row)
  const vectors = await table.countRows('vector IS NOT NULL')
  const kind = vectors * dimensions! * 4 <= limits.wholeBytes ? 'ivf-flat' : 'ivf-rq'
  const distanceType = metric!
  const config =
    kind === 'ivf-flat' ? Index.ivfFlat({ distanceType }) : Index.ivfRq({ distanceType, numBits: QUANTIZED_BITS })
  await table.createIndex('vector', { config, replace: true, name: INDEX })
  const found = await calibrate(table, { kind, metric: distanceType, target, vectors })
  return found && { kind, vectors, ...found }
}

/** Rows that no index covers yet: they are compared one by one. */
export const countTail = async (table: Table): Promise<number | undefined> =>
  (await table.indexStats(INDEX))?.numUnindexedRows

const QUANTIZED_BITS = 4
const PROBES = [4, 8, 16, 32, 64, 128, 256, 512]
/** Of whole vectors the distances are exact already. */
const REFINE = { 'ivf-flat': [1], 'ivf-rq': [5, 10, 20] } as const

const calibrate = async (
  table: Table,
  { kind, metric, target, vectors }: { kind: GraphState['kind']; metric: Metric; target: number; vectors: number },
): Promise<{ probes: number; refine: number; recall: number } | undefined> => {
  const samples = await sample(table, vectors)
  const search = async (
    vector: Float32Array,
    settings: { probes: number; refine: number } | undefined,
  ): Promise<Set<string>> => {
    // One more: the nearest is the sample itself, which any setting finds.
    const query = table
      .query()
      .nearestTo(vector)
      .column('vector')
      .distanceType(metric)
      .limit(NEIGHBOURS + 1)
    const tuned = settings ? query.nprobes(settings.probes).refineFactor(settings.refine) : query.bypassVectorIndex()
    const answer: Columns = await tuned.select(['id']).toArrow()
    return new Set(Array.from({ length: answer.numRows }, (_, index) => answer.getChild('id')!.get(index) as string))
  }
  const truth = new Map<string, Set<string>>()
  for (const { id, vector } of samples) {
    const near = await search(vector, undefined)
    near.delete(id)
    truth.set(id, near)
  }
  for (const probes of PROBES)
    for (const refine of REFINE[kind]) {
      let hits = 0
      let all = 0
      for (const { id, vector } of samples) {
        const found = await search(vector, { probes, refine })
        const near = truth.get(id)!
        all += near.size
        for (const neighbour of near) if (found.has(neighbour)) hits++
      }
      if (all && hits / all >= target) return { probes, refine, recall: hits / all }
    }
  return undefined
}

/** Vectors from all over the collection. */
const sample = async (table: Table, vectors: number): Promise<{ id: string; vector: Float32Array }[]> => {
  const found = []
  for (let index = 0; index < SAMPLES; index++) {
    const offset = Math.floor(((index + Math.random()) * vectors) / SAMPLES)
    const answer: Columns = await table
      .query()
      .where('vector IS NOT NULL')
      .select(['id', 'vector'])
      .offset(Math.min(offset, vectors - 1))
      .limit(1)
      .toArrow()
    for (let row = 0; row < answer.numRows; row++)
      found.push({ id: answer.getChild('id')!.get(row) as string, vector: readVector(answer, row)! })
  }
  return found
}
