import { throwIfAborted } from '@rt/core'
import type { CandidateSource, RankedHit } from '../../driver-kit/candidate-source.ts'
import { closeness } from '../../driver-kit/pipeline/index.ts'
import { type FilterNode } from '../../filter/index.ts'
import { type CatalogRow, graphOf, optionsOf } from './catalog-row.ts'
import type { CollectionContext } from './collection-context.ts'
import { type Columns, parseMetadata, readByIds } from './read-rows.ts'
import { allOf, sqlNumber, sqlText } from './sql-text.ts'
import { readWordQuery, toTextQuery } from './word-query.ts'
import { translateFilter } from './translate-filter.ts'

/** Matches of a filter up to which comparing all of them beats a graph, which has to look for them. */
const EXACT_MATCHES = 10_000
/** Records whose words are read to complete a word that is being typed, and words it is completed by. */
const TYPED_RECORDS = 2000
const TYPED_WORDS = 256

/** True of records that have not ended; undefined where none can. */
export const notEnded = ({ expiring }: CatalogRow, now: number): string | undefined =>
  expiring ? `expires IS NULL OR expires > ${sqlNumber(now)}` : undefined

/** Undefined when every record is meant. */
export const conditionOf = (row: CatalogRow, filter: FilterNode | undefined, now: number): string | undefined =>
  allOf(notEnded(row, now), filter && translateFilter(filter))

export const createLanceSource = (context: CollectionContext): CandidateSource => ({
  name: context.name,
  async shape() {
    const { metric, dimensions } = await context.row()
    return metric === null || dimensions === null ? undefined : { metric, dimensions }
  },
  async dense(vector, { k, filter, exact, signal }) {
    const row = await context.row()
    const { metric } = row
    const table = await context.table()
    if (metric === null || !(await context.hasVectors())) return []
    const condition = conditionOf(row, filter, context.clock())
    const graph = exact ? undefined : graphOf(row)
    const few = graph && filter && (await table.countRows(condition)) <= EXACT_MATCHES
    throwIfAborted(signal)
    let query = table.query().nearestTo(vector).column('vector').distanceType(metric).limit(k)
    if (condition !== undefined) query = query.where(condition)
    // Where the best partitions hold fewer matches than asked for, the others are read too: maximumNprobes 0 is no bound.
    if (graph && !few) query = query.minimumNprobes(graph.probes).maximumNprobes(0).refineFactor(graph.refine)
    else query = query.bypassVectorIndex()
    const hits = await readScores(query.select(['id', '_distance']), '_distance')
    return best(
      hits.map(({ id, value }) => ({ id, raw: rawOf[metric](value) })),
      (raw) => closeness(metric, raw),
    )
  },
  async keyword(text, { k, filter, words, signal }) {
    const row = await context.row()
    const asked = readWordQuery(text, words, optionsOf(row).tokenizer)
    if (!asked) return []
    const table = await context.table()
    const begins = asked.beginning === undefined ? undefined : wordBegins(asked.beginning)
    const condition = allOf(conditionOf(row, filter, context.clock()), begins)
    const endings = begins === undefined ? [] : await readEndings(table, condition!, asked.beginning!)
    throwIfAborted(signal)
    if (begins !== undefined && !endings.length) return []
    let query = table
      .query()
      .fullTextSearch(toTextQuery(context.libraries, asked, endings))
      .limit(k)
    if (condition !== undefined) query = query.where(condition)
    const hits = await readScores(query.select(['id', '_score']), '_score')
    return best(
      hits.map(({ id, value }) => ({ id, raw: value })),
      (raw) => raw,
    )
  },
  async fetch(ids, { signal }) {
    const row = await context.row()
    // Vectors too, where nobody asks for them: a hit whose vector is damaged must not pass for one.
    const found = await readByIds(context, ids, { vectors: true, only: notEnded(row, context.clock()), signal })
    return [...found.values()].map(({ id, text, metadata, vector }) => ({
      id,
      text: text ?? undefined,
      metadata: parseMetadata(metadata),
      vector,
    }))
  },
})

/** From Lance's distances, which are 1 - cosine, 1 - dot product, and the square of the Euclidean one. */
const rawOf = {
  cosine: (distance: number): number => Math.max(-1, Math.min(1, 1 - distance)),
  dot: (distance: number): number => 1 - distance,
  l2: (distance: number): number => Math.sqrt(Math.max(0, distance)),
}

const best = (hits: RankedHit[], value: (raw: number) => number): RankedHit[] =>
  hits.toSorted((a, b) => value(b.raw) - value(a.raw) || (a.id < b.id ? -1 : 1))

const readScores = async (
  query: { toArrow(): Promise<unknown> },
  column: string,
): Promise<{ id: string; value: number }[]> => {
  const table = (await query.toArrow()) as Columns
  const [ids, values] = [table.getChild('id')!, table.getChild(column)!]
  return Array.from({ length: table.numRows }, (_, index) => ({
    id: ids.get(index) as string,
    value: values.get(index) as number,
  }))
}

/** The words of a record stand with one space between. */
const wordBegins = (beginning: string): string => `contains(concat(' ', words), ${sqlText(` ${beginning}`)})`

/** Words that begin so, in the records that match. */
const readEndings = async (
  table: Awaited<ReturnType<CollectionContext['table']>>,
  condition: string,
  beginning: string,
): Promise<string[]> => {
  const answer: Columns = await table.query().where(condition).select(['words']).limit(TYPED_RECORDS).toArrow()
  const words = answer.getChild('words')!
  const counts = new Map<string, number>()
  for (let index = 0; index < answer.numRows; index++)
    for (const word of new Set((words.get(index) as string).split(' ')))
      if (word.startsWith(beginning)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, TYPED_WORDS)
    .map(([word]) => word)
}
