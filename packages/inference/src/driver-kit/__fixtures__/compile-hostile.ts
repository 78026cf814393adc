import { parentPort } from 'node:worker_threads'
import { RtError } from '@rt/core'
import { compileGrammar } from '../compile-grammar.ts'
import { HOSTILE } from './schemas.ts'

/** Compiles every hostile schema, one after another, in a thread whose memory has a limit. */
const compile = (name: string): [string, string] => {
  try {
    // The count of steps is to decide, not the clock of a busy machine.
    const { relaxed } = compileGrammar(HOSTILE[name]!.schema, { budgetMs: 60_000 })
    return [name, relaxed.length ? 'relaxed' : 'compiled']
  } catch (error) {
    return [name, RtError.isInstance(error) && error.code === 'schema_unsupported' ? 'refused' : String(error)]
  }
}

parentPort!.postMessage(Object.keys(HOSTILE).map(compile))
