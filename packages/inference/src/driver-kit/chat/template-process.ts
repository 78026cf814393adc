import { RtError, systemClock, type Clock } from '@rt/core'
import { entryUrl } from '@rt/node/worker'
import { createHost } from '../../host/create-host.ts'
import { OWN_TEMPLATE } from './jinja-program.ts'
import type { TemplateWork } from './template-work.ts'

/** {@link TemplateWork} in a process of its own, which is stopped when a template takes too long. */
export interface TemplateProcess extends AsyncDisposable {
  /** Of the process; undefined while none runs. */
  readonly pid: number | undefined
  /** Starts it, so that the first call need not wait. Default: the first call does. */
  start(): Promise<void>
  /** One at a time. Throws as the work does, and `model_invalid` when it was stopped or ran out of memory. */
  call<K extends keyof TemplateWork>(
    method: K,
    params: Parameters<TemplateWork[K]>[0],
  ): Promise<ReturnType<TemplateWork[K]>>
}

export interface TemplateProcessOptions {
  /** For one render, which takes a fraction of a millisecond. Default 2 s. */
  timeMs?: number
  /** JavaScript memory. Default 256. */
  heapMegabytes?: number
  clock?: Clock
}

const TIME_MS = 2000
const HEAP_MEGABYTES = 256

/**
 * A process and not a thread: memory that runs out in one step ends a whole process, whatever a thread of it was allowed.
 * One that died comes back with the next call, three times a minute at most.
 */
export const createTemplateProcess = ({
  timeMs = TIME_MS,
  heapMegabytes = HEAP_MEGABYTES,
  clock = systemClock,
}: TemplateProcessOptions = {}): TemplateProcess => {
  const { url, execArgv } = entryUrl(import.meta.url, './template-child.ts', 'template-host.js')
  const host = createHost({
    name: 'template renderer',
    entry: {
      url,
      execArgv: [...execArgv, `--max-old-space-size=${heapMegabytes}`, '--disallow-code-generation-from-strings'],
    },
    env: Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])),
  })
  let last: Promise<unknown> = Promise.resolve()

  const run = async (method: string, params: unknown): Promise<unknown> => {
    try {
      await host.start()
    } catch (error) {
      throw RtError.isInstance(error) && error.code === 'engine_unavailable'
        ? overrun('was stopped too often', error)
        : error
    }
    const answered = new AbortController()
    let late = false
    clock.sleep(timeMs, answered.signal).then(
      () => {
        late = true
        if (host.pid !== undefined) process.kill(host.pid, 'SIGKILL')
      },
      () => {},
    )
    try {
      return await host.call(method, params)
    } catch (error) {
      if (late) throw overrun(`took longer than ${timeMs / 1000} s and was stopped`)
      if (RtError.isInstance(error) && error.code === 'engine_crashed') {
        throw overrun(`needs more than ${heapMegabytes} MB of memory`, error)
      }
      throw error
    } finally {
      answered.abort()
    }
  }

  return {
    get pid() {
      return host.pid
    },
    start: () => host.start(),
    call: ((method, params) => {
      const next = last.then(() => run(method, params))
      last = next.catch(() => {})
      return next
    }) as TemplateProcess['call'],
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}

const overrun = (what: string, cause?: RtError): RtError =>
  new RtError({ code: 'model_invalid', message: `the chat template ${what}.`, hint: OWN_TEMPLATE, cause })
