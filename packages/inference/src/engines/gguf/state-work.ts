import { Worker } from 'node:worker_threads'
import { entryUrl } from '@rt/node/worker'
import type { SealOptions } from './state-file.ts'

export type StateTask = { seal: SealOptions } | { open: string; sequences: number }

export interface StateAnswer {
  id: number
  /** Bytes of what was sealed; whether what was opened is whole; false = it failed. */
  value: number | boolean
}

/** Sealing and checking of saved states in a worker thread, which starts with the first of them. */
export interface StateWork {
  seal(options: SealOptions): Promise<number | false>
  open(path: string, sequences: number): Promise<boolean>
}

export const createStateWork = (): StateWork => {
  const open = new Map<number, (value: number | boolean) => void>()
  let worker: Worker | undefined
  let lastId = 0

  const start = (): Worker => {
    const { url, execArgv } = entryUrl(import.meta.url, './state-worker.ts', 'gguf-state.js')
    const started = new Worker(url, { execArgv })
    started.unref()
    started.on('message', ({ id, value }: StateAnswer) => settle(id, value))
    started.on('error', () => {})
    started.on('exit', () => {
      if (worker === started) worker = undefined
      for (const id of open.keys()) settle(id, false)
    })
    return started
  }
  const settle = (id: number, value: number | boolean): void => {
    open.get(id)?.(value)
    open.delete(id)
  }
  const run = (task: StateTask): Promise<number | boolean> =>
    new Promise((resolve) => {
      worker ??= start()
      const id = ++lastId
      open.set(id, resolve)
      worker.postMessage({ id, task })
    })

  return {
    seal: async (options) => {
      const bytes = await run({ seal: options })
      return typeof bytes === 'number' && bytes
    },
    open: async (path, sequences) => (await run({ open: path, sequences })) === true,
  }
}
