// Entry of the small thread of `endWithParent`: ends the process when its parent is gone, also when the main thread is
// stuck (in native code, in a loop) and sees neither a closed channel nor a signal.
import { workerData } from 'node:worker_threads'

const POLL_MS = 500
const parent = Number((workerData as { parent: number }).parent)

const parentIsGone = (): boolean => {
  // An orphan gets a new parent at once, except on Windows, where the old id stays.
  if (process.platform !== 'win32') return process.ppid !== parent
  try {
    return !process.kill(parent, 0)
  } catch {
    return true
  }
}

setInterval(() => {
  if (parentIsGone()) process.kill(process.pid, 'SIGKILL')
}, POLL_MS)
