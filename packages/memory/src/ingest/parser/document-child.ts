// The program of the process that parses documents: one request at a time, each answered once.
import { Worker } from 'node:worker_threads'
import { serveChild } from '@rt/node/process'
import { entryUrl } from '@rt/node/worker'
import { parseDocument } from './parse-document.ts'
import type { ParseRequest } from './protocol.ts'

// A document names no address that anything here would follow; this makes sure of it.
Object.assign(globalThis, { fetch: undefined, WebSocket: undefined, EventSource: undefined })

const { url, execArgv } = entryUrl(import.meta.url, './memory-guard.ts', 'memory-guard.js')
const guard = new Worker(url, { execArgv, resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 } })
guard.unref()

const child = serveChild({
  onMessage(message) {
    const request = message as ParseRequest
    const { buffer, byteOffset, byteLength } = request.bytes
    guard.postMessage(process.memoryUsage.rss() + request.limits.processBytes)
    // They come as a Buffer, which the reader of PDF does not take.
    void parseDocument({ ...request, bytes: new Uint8Array(buffer, byteOffset, byteLength) }).then(child.send)
  },
})
child.ready()
