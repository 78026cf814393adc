import { Worker } from 'node:worker_threads'
import { entryUrl } from '../worker/entry-url.ts'

/**
 * Ends this process when its parent is gone, also when the main thread is stuck: a small thread looks. It is killed then,
 * without a last word.
 *
 * @param parent the parent's id as the parent told it: asked for here, it might be gone already.
 */
export const endWithParent = (parent: number): void => {
  const { url, execArgv } = entryUrl(import.meta.url, './watchdog.ts', 'watchdog.js')
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }
  const worker = new Worker(url, { execArgv, workerData: { parent }, resourceLimits })
  worker.unref()
  // Said on stderr, where the parent has it; the process works without.
  worker.on('error', (error) => console.error('watchdog:', error))
}
