import { library } from '../../tooling/tsup/library.ts'

export default library({ entry: { index: 'src/index.ts', guards: 'src/guards/index.ts' } })
