import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'

export interface BatchProcessorOptions {
  exporter: SpanExporter
  /** Spans that may wait; what comes on top is dropped and counted. Default 2048. */
  maxQueue?: number
  /** Longest a span waits before it is exported, in ms. Default 1000. */
  delayMs?: number
  /** Spans of one export. Default 512. */
  maxBatch?: number
  /** Ceiling of one export, and of a flush, in ms: a hanging collector holds nobody. Default 2000. */
  timeoutMs?: number
}

export interface BatchProcessor extends SpanProcessor {
  /** Spans lost: the queue was full, or their export failed. */
  readonly dropped: number
  /** Spans that wait. */
  readonly waiting: number
}

/**
 * Hands ended spans to an exporter in batches, off the path of the request. It never throws and never grows beyond its
 * bound. Ours and not the SDK's because that one hides its dropped count, rejects a flush when an export fails, and
 * keeps the process alive while an export hangs.
 */
export const createBatchProcessor = ({
  exporter,
  maxQueue = 2048,
  delayMs = 1000,
  maxBatch = 512,
  timeoutMs = 2000,
}: BatchProcessorOptions): BatchProcessor => {
  // Exports run in the context of the processor, not of the request (or the transaction) whose span happened to end.
  const outside = AsyncLocalStorage.snapshot()
  let queue: ReadableSpan[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let exporting: Promise<void> | undefined
  let closed = false

  const exportOnce = async (): Promise<void> => {
    const batch = queue.splice(0, maxBatch)
    if (!(await exportBatch(exporter, batch, timeoutMs))) dropped += batch.length
  }
  const wait = (): void => void (timer ??= setTimeout(() => void drain(), delayMs).unref())
  /**
   * At most one export at a time. What is added meanwhile waits its own time, unless it fills a batch: else a busy program
   * would write without a pause, a few spans at a time.
   */
  const drain = (): Promise<void> =>
    (exporting ??= outside(async () => {
      clearTimeout(timer)
      timer = undefined
      for (let left = queue.length; left > 0 || queue.length >= maxBatch; left -= maxBatch) await exportOnce()
    }).finally(() => {
      exporting = undefined
      if (queue.length) wait()
    }))
  /** With all that is there now. */
  const drainAll = async (): Promise<void> => {
    await exporting
    await drain()
  }

  const forceFlush = async (): Promise<void> => {
    if (await within(drainAll(), timeoutMs)) return
    dropped += queue.length
    queue = []
  }
  return {
    get dropped() {
      return dropped
    },
    get waiting() {
      return queue.length
    },
    onStart() {},
    onEnd(span) {
      if (closed || queue.length >= maxQueue) return void dropped++
      queue.push(span)
      if (queue.length >= maxBatch) return void drain()
      wait()
    },
    forceFlush,
    async shutdown() {
      if (closed) return
      closed = true
      await forceFlush()
      await within(exporter.shutdown(), timeoutMs)
    },
  }
}

const exportBatch = (exporter: SpanExporter, batch: ReadableSpan[], timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs).unref()
    const done = (ok: boolean): void => {
      clearTimeout(timer)
      resolve(ok)
    }
    try {
      exporter.export(batch, ({ code }) => done(code === 0)) // ExportResultCode.SUCCESS
    } catch {
      done(false)
    }
  })

/** True when `work` settled in time. This timer holds the process: somebody waits for the answer. */
const within = async (work: Promise<void>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
  const done = work.then(
    () => true,
    () => true,
  )
  const inTime = await Promise.race([done, late])
  clearTimeout(timer)
  return inTime
}
