// Entry of the threads that check or build one graph each.
import { workerData } from 'node:worker_threads'
import { readIndexFile } from '../../../indexes/index.ts'
import { buildGraph } from './build-graph.ts'
import type { GraphTaskMessage, GraphThreadData } from './protocol.ts'

const data = workerData as GraphThreadData
const { port, task, folder } = data
const say = (message: GraphTaskMessage): void => port.postMessage(message)
const ended = new AbortController()
port.on('close', () => ended.abort())

const find = (): GraphTaskMessage => {
  const found = readIndexFile(folder, task.uuid)
  if (!found) return { none: undefined }
  return 'damaged' in found ? { none: found.damaged } : { ready: found }
}

try {
  if (task.type === 'build') await buildGraph({ ...data, task }, (progress) => say({ progress }), ended.signal)
  say(find())
} catch (error) {
  say({ failed: error instanceof Error ? error.message : String(error) })
}
port.close()
