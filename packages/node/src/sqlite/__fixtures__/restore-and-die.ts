// Restores argv[2] to argv[3] and is killed before the step of number argv[4]: a change of a name, or a message to a
// thread that holds a database. Says `done` when it comes to the end.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Worker } from 'node:worker_threads'

const [, , from = '', to = '', at = ''] = process.argv
let step = 0
const next = (): void => {
  if (++step < Number(at)) return
  process.kill(process.pid, 'SIGKILL')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const counted = <A extends unknown[], R>(work: (...args: A) => R) =>
  function (this: unknown, ...args: A): R {
    next()
    return Reflect.apply(work, this, args)
  }
const { promises } = fs
promises.link = counted(promises.link)
promises.rename = counted(promises.rename)
promises.rm = counted<Parameters<typeof promises.rm>, Promise<void>>(promises.rm)
fs.linkSync = counted(fs.linkSync)
fs.unlinkSync = counted(fs.unlinkSync)
fs.rmSync = counted(fs.rmSync)
// oxlint-disable-next-line typescript/unbound-method -- called with its worker
Worker.prototype.postMessage = counted(Worker.prototype.postMessage) as typeof Worker.prototype.postMessage
syncBuiltinESMExports()

const { restore } = await import('../restore.ts')
await restore({ from, to })
console.log(`done ${step}`)
