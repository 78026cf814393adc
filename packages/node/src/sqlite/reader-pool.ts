import { RtError } from '@rt/core'
import type { Operation, Value } from './protocol.ts'
import { startConnection, type WorkerConnection } from './worker-connection.ts'

export interface ReaderPool extends AsyncDisposable {
  /** A reader is open: a request need not wait for a thread to start. */
  readonly isWarm: boolean
  request(operation: Operation): Promise<Value>
  /** Opens the first reader, if there is none. */
  warm(): Promise<void>
}

interface Reader {
  /** Requests given to it and not answered, those that wait for its start included. */
  load: number
  connection: Promise<WorkerConnection>
  started?: WorkerConnection
}

/** Read-only connections, each in a thread of its own, started when all others are busy. */
export const createReaderPool = ({ path, size }: { path: string; size: number }): ReaderPool => {
  let readers: Reader[] = []
  let closed = false

  const start = (): Reader => {
    const reader: Reader = { load: 0, connection: startConnection({ path, readOnly: true }) }
    readers.push(reader)
    reader.connection.then(
      (connection) => (reader.started = connection),
      () => (readers = readers.filter((other) => other !== reader)),
    )
    return reader
  }

  const pick = (): Reader => {
    readers = readers.filter(({ started }) => !started?.dead)
    const idle = readers.find(({ load }) => load === 0)
    if (idle) return idle
    if (readers.length < size) return start()
    return readers.reduce((least, reader) => (reader.load < least.load ? reader : least))
  }

  return {
    get isWarm() {
      return readers.some(({ started }) => started && !started.dead)
    },
    async request(operation) {
      if (closed) throw new RtError({ code: 'database_error', message: 'the database is closed.' })
      const reader = pick()
      reader.load++
      try {
        return await (await reader.connection).request(operation)
      } finally {
        reader.load--
      }
    },
    async warm() {
      await (readers.find(({ started }) => !started?.dead) ?? start()).connection
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await Promise.all(readers.map(async ({ connection }) => (await connection.catch(() => undefined))?.close()))
    },
  }
}
