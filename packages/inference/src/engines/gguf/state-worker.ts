// A worker thread of the gguf host: seals and checks saved states, with calls that would hold up the tokens of others.
import { parentPort } from 'node:worker_threads'
import { openState, sealState } from './state-file.ts'
import type { StateAnswer, StateTask } from './state-work.ts'

parentPort?.on('message', ({ id, task }: { id: number; task: StateTask }) => {
  let value: StateAnswer['value']
  try {
    value = 'seal' in task ? sealState(task.seal) : openState(task.open, task.sequences)
  } catch {
    // A disk that is full, a file that is gone: nothing was saved, or nothing is there to be loaded.
    value = false
  }
  parentPort?.postMessage({ id, value } satisfies StateAnswer)
})
