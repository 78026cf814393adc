import type { Metric, VectorRecord } from '@rt/core'
import type { CandidateSource } from '../driver-kit/candidate-source.ts'
import { similarity } from '../driver-kit/pipeline/index.ts'
import { matchesFilter } from '../filter/index.ts'

/** A CandidateSource over an array: dense by definition, keyword by counting shared words. */
export const createListSource = (records: VectorRecord[], metric: Metric = 'cosine'): CandidateSource => {
  const dimensions = records.find(({ vector }) => vector)?.vector?.length
  return {
    name: 'list',
    shape: async () => (dimensions === undefined ? undefined : { metric, dimensions }),
    dense: async (query, { k, filter }) =>
      records
        .flatMap(({ id, vector, metadata = {} }) =>
          vector && (!filter || matchesFilter(filter, metadata)) ? [{ id, raw: similarity(metric, query, vector) }] : [],
        )
        .toSorted((a, b) => (metric === 'l2' ? a.raw - b.raw : b.raw - a.raw))
        .slice(0, k),
    keyword: async (text, { k, filter }) => {
      const words = text.split(' ')
      return records
        .flatMap(({ id, text: own = '', metadata = {} }) => {
          const raw = own.split(' ').filter((word) => words.includes(word)).length
          return raw && (!filter || matchesFilter(filter, metadata)) ? [{ id, raw }] : []
        })
        .toSorted((a, b) => b.raw - a.raw)
        .slice(0, k)
    },
    fetch: async (ids, { vectors }) =>
      records
        .filter(({ id }) => ids.includes(id))
        .map(({ id, text, metadata = {}, vector }) => ({ id, text, metadata, vector: vectors ? vector : undefined })),
  }
}
