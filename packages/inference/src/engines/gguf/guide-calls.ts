import { type ModelRequest, RtError, type StreamPart } from '@rt/core'
import type { LlamaGrammarEvaluationState } from 'node-llama-cpp'
import { callGrammar, relaxedWarning } from '../../driver-kit/index.ts'
import { createGrammar } from './create-grammar.ts'
import type { HostModel } from './load-model.ts'

/** Holds a call that the model chose to make to its tool's schema, from where its arguments begin to where it ends. */
export interface CallGuide {
  /** The grammar that applies now. */
  readonly state: LlamaGrammarEvaluationState | undefined
  /**
   * Told after each piece which tool is being called. `changed`: tokens that were sampled already were so under another
   * grammar, or none.
   */
  follow(calling: string | undefined): Promise<{ changed: boolean; parts: StreamPart[] }>
}

export const guideCalls = (loaded: HostModel, { tools = [] }: Pick<ModelRequest, 'tools'>): CallGuide => {
  let tool: string | undefined
  let state: LlamaGrammarEvaluationState | undefined
  const told = new Set<string>()
  return {
    get state() {
      return state
    },
    async follow(calling) {
      if (calling === tool) return UNCHANGED
      tool = calling
      const before = state
      state = undefined
      const parts: StreamPart[] = []
      const spec = tools.find(({ name }) => name === calling)
      if (spec) {
        try {
          const { grammar, relaxed } = callGrammar(spec)
          state = await createGrammar(loaded, grammar)
          if (relaxed.length > 0 && !told.has(spec.name)) parts.push(relaxedWarning(relaxed))
        } catch (error) {
          if (!RtError.isInstance(error)) throw error
          if (!told.has(spec.name)) parts.push(unguided(spec.name, error))
        }
        told.add(spec.name)
      }
      return { changed: state !== before, parts }
    },
  }
}

const UNCHANGED = { changed: false, parts: [] }

/** The model may call it all the same: whoever runs the tool checks what it gets. */
const unguided = (name: string, { message }: RtError): StreamPart => ({
  type: 'warning',
  id: 'schema-relaxed',
  message: `arguments of ${name} are checked when they are complete, not while they are written: ${message}`,
})
