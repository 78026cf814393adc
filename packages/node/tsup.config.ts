import { library } from '../../tooling/tsup/library.ts'

export default library({ entry: {'index':'src/index.ts','sqlite':'src/sqlite/index.ts','files':'src/files/index.ts','fetch':'src/fetch/index.ts','process':'src/process/index.ts','worker':'src/worker/index.ts'} })
