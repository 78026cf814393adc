// The child of the `ipc` benchmark: the same tokens behind the channel that engines are asked through.
import { serveHost } from '../../packages/inference/src/host/serve-host.ts'
import { writeTokens } from './tokens.ts'

serveHost({
  methods: {
    write: ({ count }: { count: number }) => writeTokens(count),
    cpu: () => process.cpuUsage(),
  },
})
