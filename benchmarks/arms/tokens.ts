import { setImmediate } from 'node:timers/promises'
import type { StreamPart } from '@rt/core'

/**
 * An answer as an engine writes it: each token in a turn of the event loop of its own, so that each is a message of its
 * own. Engines that write faster send several in one.
 */
export async function* writeTokens(count: number): AsyncGenerator<StreamPart> {
  yield { type: 'start', model: 'ipc' }
  for (let token = 0; token < count; token++) {
    await setImmediate()
    yield { type: 'text-delta', text: WORDS[token % WORDS.length]! }
  }
}

const WORDS = [' The', ' keeper', ' of', ' the', ' light', 'house', ' repairs', ' an', ' old', ' radio', '.', '\n']
