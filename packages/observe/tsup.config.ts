import { library } from '../../tooling/tsup/library.ts'

export default library({
  entry: { index: 'src/index.ts', sqlite: 'src/exporters/sqlite/index.ts', trace: 'src/trace/index.ts' },
})
