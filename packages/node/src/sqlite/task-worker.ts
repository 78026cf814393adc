// Entry of the threads that work on a whole database file: copy, inspect, settle. One task a thread.
import { parentPort, workerData } from 'node:worker_threads'
import { copyDatabase } from './copy-database.ts'
import { toFailure } from './failure.ts'
import { inspectDatabase } from './inspect-database.ts'
import { loadSqlite } from './load-sqlite.ts'
import { settleDatabase } from './settle-database.ts'
import type { Task, TaskMessage, TaskValue } from './task-protocol.ts'

const port = parentPort!
const sqlite = loadSqlite()
const stop = new AbortController()
let letGo = (): void => {}
let isDone = false
port.on('message', () => {
  stop.abort()
  letGo()
  if (isDone) port.close()
})

const say = (message: TaskMessage): void => port.postMessage(message)

const run = async (task: Task): Promise<TaskValue> => {
  if (task.type === 'inspect') return inspectDatabase(sqlite, task)
  if (task.type === 'copy') {
    return copyDatabase(sqlite, task, stop.signal, (done, total) => say({ type: 'progress', done, total }))
  }
  const settled = settleDatabase(sqlite, task.path)
  letGo = () => settled?.close()
  return settled !== undefined
}

try {
  say({ type: 'value', value: await run(workerData as Task) })
} catch (error) {
  say({ type: 'failure', failure: toFailure(error) })
}
isDone = true
if (stop.signal.aborted) port.close()
