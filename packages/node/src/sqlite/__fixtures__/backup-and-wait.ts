// Begins a backup and stays in the middle of it; says so once there is something of the copy.
import { backup } from '../backup.ts'

let told = false
await backup(process.argv[2]!, process.argv[3]!, {
  onProgress: () => {
    if (told) return
    told = true
    process.stdout.write('begun\n')
    // The callback never returns: nothing is named and nothing is removed any more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
})
