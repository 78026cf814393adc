import { RtError } from '@rt/core'
import type { LlamaGrammarEvaluationState } from 'node-llama-cpp'
import type { HostModel } from './load-model.ts'

/** The constraint on the answer. A fresh state for every answer: it moves with each token. */
export const createGrammar = async (loaded: HostModel, text: string): Promise<LlamaGrammarEvaluationState> => {
  const { LlamaGrammarEvaluationState } = await import('./llama-library.ts')
  return new LlamaGrammarEvaluationState({ model: loaded.model, grammar: await readGrammar(loaded, text) })
}

/** The last word on a grammar has the native parser: what it says against one is about the request. */
const readGrammar = async (loaded: HostModel, text: string) => {
  try {
    return await loaded.grammar(text)
  } catch (cause) {
    throw new RtError({
      code: 'invalid_request',
      message: `llama.cpp does not take the grammar: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'RT_DEBUG=1 prints what its parser says. Repetitions that stand inside each other may multiply to 2,000.',
      data: { field: 'output' },
      cause,
    })
  }
}
