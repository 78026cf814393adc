import { library } from '../../tooling/tsup/library.ts'

export default library({
  entry: {
    index: 'src/index.ts',
    builtin: 'src/builtin/index.ts',
    guards: 'src/guards/index.ts',
    mcp: 'src/mcp/index.ts',
  },
})
