// Entry of the thread that searches a store.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { toRtError } from '@rt/core'
import { createSearcher } from './searcher.ts'
import type { FromSearchThread, SearchThreadData, ToSearchThread } from './protocol.ts'

const port = parentPort!
const send = (message: FromSearchThread, transfer: MessagePort[] = []): void => port.postMessage(message, transfer)
const fail = (id: number, error: unknown): void => send({ id, failure: toRtError(error).toJSON() })

try {
  const searcher = await createSearcher(workerData as SearchThreadData, {
    answer: (id, value) => send({ id, value }),
    fail,
    start: (task, at) => send({ task, port: at }, [at]),
  })
  port.on('message', (message: ToSearchThread) => {
    if ('request' in message) return searcher.take(message.id, message.request)
    if ('cancel' in message) return searcher.cancel(message.cancel)
    if ('forget' in message) return searcher.forget(message.forget)
    searcher[Symbol.dispose]()
    port.close()
  })
} catch (error) {
  // The next request starts another thread, which may have more luck.
  port.on('message', (message: ToSearchThread) => {
    if ('request' in message) fail(message.id, error)
    port.close()
  })
}
