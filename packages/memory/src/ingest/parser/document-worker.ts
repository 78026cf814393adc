// The program of the worker that parses documents: one request at a time, each answered once.
import { parentPort } from 'node:worker_threads'
import { parseDocument } from './parse-document.ts'
import type { ParseRequest } from './protocol.ts'

// A document names no address that anything here would follow; this makes sure of it.
Object.assign(globalThis, { fetch: undefined, WebSocket: undefined, EventSource: undefined })

parentPort!.on('message', (request: ParseRequest) => {
  void parseDocument(request).then((response) => parentPort!.postMessage(response))
})
