import { type ChildExit, superviseChild, type SuperviseChildOptions } from '@rt/node/process'
import { entryUrl } from '@rt/node/worker'
import type { DocumentLimits } from './document-limits.ts'
import { OVER_MEMORY, type ParseRequest, type ParseResponse } from './protocol.ts'

/** A process that parses documents. One that died does not come back. */
export interface ReaderProcess {
  readonly dead: boolean
  /** One at a time. Never rejects: when the process dies, that is what became of the document. */
  read(request: ParseRequest): Promise<ParseResponse>
  kill(): Promise<void>
}

/** A process, because memory that runs out ends all of one, whatever a thread of it was allowed. */
export const startReader = (first: DocumentLimits): ReaderProcess => {
  const child = superviseChild(readerOptions(first))
  let limits = first
  let ready = false
  let dead = false
  let answer: (response: ParseResponse) => void = () => {}
  child.onMessage((response) => answer(response as ParseResponse))
  child.onExit((exit) => {
    dead = true
    answer({ reason: explain(exit, limits, ready) })
  })
  return {
    get dead() {
      return dead
    },
    async read(request) {
      const { promise, resolve } = Promise.withResolvers<ParseResponse>()
      answer = resolve
      limits = { ...first, processBytes: request.limits.processBytes }
      // It keeps the program alive only while it has a document.
      child.ref()
      try {
        // Where it cannot start, its exit has answered.
        await child.start().then(
          () => {
            ready = true
            child.send(request)
          },
          () => (dead = true),
        )
        return await promise
      } finally {
        child.unref()
      }
    },
    async kill() {
      dead = true
      await child[Symbol.asyncDispose]()
    },
  }
}

/** Nothing of ours is given to it: no environment, no terminal. */
export const readerOptions = ({ heapMegabytes, timeMs }: DocumentLimits): SuperviseChildOptions => {
  const { url, execArgv } = entryUrl(import.meta.url, './document-child.ts', 'document-child.js')
  return {
    name: 'document reader',
    entry: { url, execArgv: [...execArgv, `--max-old-space-size=${heapMegabytes}`] },
    env: Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])),
    serialization: 'advanced',
    // Only for one that does not even start: it answers nothing while it parses, and that has a limit of its own.
    hangMs: timeMs + 60_000,
    restart: { perMinute: 0 },
    graceMs: 0,
  }
}

const explain = ({ output }: ChildExit, limits: DocumentLimits, ready: boolean): string => {
  if (output.includes(OVER_MEMORY))
    return `needs more than ${Math.round(limits.processBytes / 1_000_000)} MB of memory to be read`
  if (OUT_OF_HEAP.test(output)) return `needs more than ${limits.heapMegabytes} MB of memory to be read`
  return ready ? 'damaged: the program that reads it stopped' : 'the program that reads it could not be started'
}

/** V8's words, on every system. */
const OUT_OF_HEAP = /heap out of memory|Allocation failed|invalid (?:array|table|size)/i
