import { library } from '../../tooling/tsup/library.ts'
import { WORKER_ENTRIES } from './src/worker/worker-entries.ts'

const workers = Object.fromEntries(Object.entries(WORKER_ENTRIES).map(([name, file]) => [name, `src/${file}`]))

export default library({
  entry: {
    index: 'src/index.ts',
    sqlite: 'src/sqlite/index.ts',
    'sqlite-in-thread': 'src/sqlite/in-thread/index.ts',
    files: 'src/files/index.ts',
    fetch: 'src/fetch/index.ts',
    process: 'src/process/index.ts',
    worker: 'src/worker/index.ts',
    testing: 'src/testing/index.ts',
    ...workers,
  },
})
