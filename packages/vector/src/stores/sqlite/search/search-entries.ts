/**
 * The worker threads of this store: output name (as it must lie in `dist`) to source file below `src`. A bundle that
 * inlines @rt/vector emits them beside its own chunks, and `WORKER_ENTRIES` of @rt/node too.
 */
export const SEARCH_ENTRIES: Readonly<Record<'vector-search' | 'vector-graph', string>> = {
  'vector-search': 'stores/sqlite/search/search-worker.ts',
  'vector-graph': 'stores/sqlite/search/graph-worker.ts',
}
