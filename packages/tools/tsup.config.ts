import { library } from '../../tooling/tsup/library.ts'
import { SQL_ENTRIES } from './src/builtin/sql/sql-entries.ts'

const children = Object.fromEntries(Object.entries(SQL_ENTRIES).map(([name, file]) => [name, `src/${file}`]))

export default library({
  entry: {
    index: 'src/index.ts',
    builtin: 'src/builtin/index.ts',
    guards: 'src/guards/index.ts',
    mcp: 'src/mcp/index.ts',
    ...children,
  },
})
