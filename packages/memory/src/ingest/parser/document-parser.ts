import { abortable, systemClock, throwIfAborted, type Clock } from '@rt/core'
import type { ParseRequest, ParseResponse } from './protocol.ts'
import { type ReaderProcess, startReader } from './reader-process.ts'

/** Parses hostile documents where they can do no harm: one process, replaced when a document had to be stopped. */
export interface DocumentParser extends AsyncDisposable {
  parse(request: ParseRequest, signal?: AbortSignal): Promise<ParseResponse>
}

/** The process starts with the first document and keeps the program alive only while it has one. */
export const createDocumentParser = (clock: Clock = systemClock): DocumentParser => {
  let reader: ReaderProcess | undefined
  let last: Promise<unknown> = Promise.resolve()

  const run = async (request: ParseRequest, signal: AbortSignal | undefined): Promise<ParseResponse> => {
    throwIfAborted(signal)
    if (!reader || reader.dead) reader = startReader(request.limits)
    const used = reader
    const settled = new AbortController()
    const { timeMs } = request.limits
    let finished = false
    const response = used.read(request).finally(() => (finished = true))
    const timeUp = clock
      .sleep(timeMs, settled.signal)
      .then(() => ({ reason: `took longer than ${timeMs / 1000} s to read and was stopped` }))
    try {
      return await abortable(Promise.race([response, timeUp]), signal)
    } finally {
      settled.abort()
      // What was given up is still at work.
      if (!finished) await used.kill()
    }
  }

  return {
    parse(request, signal) {
      const next = last.then(() => run(request, signal))
      last = next.catch(() => {})
      return next
    },
    async [Symbol.asyncDispose]() {
      await last
      await reader?.kill()
      reader = undefined
    },
  }
}
