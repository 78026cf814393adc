// Entry of the worker threads that hold the SQLite connections.
import { parentPort, workerData } from 'node:worker_threads'
import { createConnection } from './connection.ts'
import { toFailure } from './failure.ts'
import { loadSqlite } from './load-sqlite.ts'
import type { Request, Response, Value, WorkerOptions } from './protocol.ts'

const port = parentPort!
const execute = createConnection(loadSqlite(), workerData as WorkerOptions)

/** From here on moving a buffer is cheaper than copying it. */
const TRANSFER_BYTES = 16 * 1024

port.on('message', ({ id, operation }: Request) => {
  try {
    const value = execute(operation)
    reply({ id, value }, buffersOf(value))
  } catch (error) {
    reply({ id, failure: toFailure(error) })
  }
  if (operation.type === 'close') port.close()
})

const reply = (response: Response, transfer: ArrayBuffer[] = []): void => port.postMessage(response, transfer)

const buffersOf = (value: Value): ArrayBuffer[] => {
  const buffers: ArrayBuffer[] = []
  if (!Array.isArray(value)) return buffers
  for (const row of value) {
    if (typeof row === 'number') return buffers
    for (const cell of Object.values(row)) {
      if (cell instanceof Uint8Array && cell.byteLength >= TRANSFER_BYTES) buffers.push(cell.buffer as ArrayBuffer)
    }
  }
  return buffers
}
