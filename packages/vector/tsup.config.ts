import { library } from '../../tooling/tsup/library.ts'
import { SEARCH_ENTRIES } from './src/stores/sqlite/search/search-entries.ts'

const workers = Object.fromEntries(Object.entries(SEARCH_ENTRIES).map(([name, file]) => [name, `src/${file}`]))

export default library({
  entry: {
    index: 'src/index.ts',
    conformance: 'src/conformance/index.ts',
    qdrant: 'src/stores/qdrant/index.ts',
    pgvector: 'src/stores/pgvector/index.ts',
    lancedb: 'src/stores/lancedb/index.ts',
    ...workers,
  },
})
