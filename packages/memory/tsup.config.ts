import { library } from '../../tooling/tsup/library.ts'
import { DOCUMENT_ENTRIES } from './src/ingest/parser/document-entries.ts'

const workers = Object.fromEntries(Object.entries(DOCUMENT_ENTRIES).map(([name, file]) => [name, `src/${file}`]))

export default library({ entry: { index: 'src/index.ts', ...workers } })
