import type { CollectionInfo, IndexInfo } from '@rt/core'
import { stampOf } from '../../driver-kit/check-collection.ts'
import { type CatalogRow, graphOf, optionsOf } from './catalog-row.ts'
import type { CollectionContext } from './collection-context.ts'
import { countTail } from './graph.ts'
import { notEnded } from './lance-source.ts'
import type { Maintenance } from './maintenance.ts'
import type { Table } from '@lancedb/lancedb'

export const describeCollection = async (
  context: CollectionContext,
  maintenance: Pick<Maintenance, 'building' | 'failure'>,
): Promise<CollectionInfo> => {
  const [row, table] = await Promise.all([context.row(), context.table()])
  const [{ totalBytes }, hasVectors, count] = await Promise.all([
    table.stats(),
    context.hasVectors(),
    table.countRows(notEnded(row, context.clock())),
  ])
  const vectors = hasVectors
    ? await table.countRows(`vector IS NOT NULL AND (${notEnded(row, context.clock()) ?? 'true'})`)
    : 0
  const stamp = stampOf(row)
  return {
    name: row.name,
    count,
    vectors,
    bytes: totalBytes,
    ...(stamp && { stamp }),
    options: optionsOf(row),
    index: await describeIndex(table, row, maintenance),
    aliases: await context.aliases(),
  }
}

const describeIndex = async (
  table: Table,
  row: CatalogRow,
  { building, failure }: Pick<Maintenance, 'building' | 'failure'>,
): Promise<IndexInfo> => {
  const graph = graphOf(row)
  const trouble = failure ? ` (in the background: ${failure.slice(0, 200)})` : ''
  const progress = building ? { building: 0 } : {}
  if (!graph)
    return {
      kind: 'flat',
      reason: `every vector is compared: ${optionsOf(row).index === 'flat' ? 'so chosen' : 'no approximate index is worth it yet'}${trouble}`,
      ...progress,
    }
  const { kind, vectors, probes, refine, recall } = graph
  const tail = await countTail(table)
  return {
    kind,
    reason: `built at ${vectors} vectors; ${probes} partitions are read, ${kind === 'ivf-flat' ? 'of whole vectors' : `and ${refine} candidates compared exactly for each hit`}, which reached the target when it was built${trouble}`,
    ...(tail !== undefined && { tail }),
    recall,
    target: optionsOf(row).recall,
    ...progress,
  }
}
