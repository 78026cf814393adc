import { library } from '../../tooling/tsup/library.ts'

export default library({ entry: { index: 'src/index.ts', client: 'src/client/index.ts', node: 'src/node/index.ts' } })
