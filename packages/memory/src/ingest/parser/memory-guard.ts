// A small thread of the process that parses documents: ends it when it grows beyond what its document may take, also while
// the parser is busy. Buffers are outside of what JavaScript limits; only the process shows them.
import { writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { OVER_MEMORY } from './protocol.ts'

const WATCH_MS = 50
let most = Infinity

parentPort!.on('message', (bytes: number) => (most = bytes))
setInterval(() => {
  if (process.memoryUsage.rss() <= most) return
  writeSync(2, OVER_MEMORY)
  process.kill(process.pid, 'SIGKILL')
}, WATCH_MS)
