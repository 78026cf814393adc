import { Worker, type MessagePort } from 'node:worker_threads'
import { entryUrl } from '@rt/node/worker'
import type { GraphTask, GraphThreadData, SearchThreadData } from './protocol.ts'

/** Runs tasks on graphs, each in a thread of its own, one after the other: searches need the other cores. */
export interface GraphThreads extends AsyncDisposable {
  /** What comes of it is said at the port, which closes with the thread. */
  run(task: GraphTask, port: MessagePort): void
}

export const createGraphThreads = ({ path, folder, busy }: SearchThreadData): GraphThreads => {
  const queue: Pick<GraphThreadData, 'task' | 'port'>[] = []
  let running: Worker | undefined
  let closed = false

  const next = (): void => {
    const job = queue.shift()
    if (!job || closed) return
    const { url, execArgv } = entryUrl(import.meta.url, './graph-worker.ts', 'vector-graph.js')
    const workerData: GraphThreadData = { path, folder, busy, ...job }
    const worker = (running = new Worker(url, { execArgv, workerData, transferList: [job.port] }))
    worker.unref()
    // The port tells of it: it closes with the thread.
    worker.on('error', () => {})
    worker.on('exit', () => {
      running = undefined
      next()
    })
  }

  return {
    run(task, port) {
      if (closed) return port.close()
      queue.push({ task, port })
      if (!running) next()
    },
    async [Symbol.asyncDispose]() {
      closed = true
      for (const { port } of queue.splice(0)) port.close()
      await running?.terminate()
    },
  }
}
