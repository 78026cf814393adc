import { ask, gather, timeTool } from './gather.ts'
import type { ModelFeature } from './language-model-subject.ts'
import { LONG } from './model-aborts.ts'
import { COUNTED, type ModelSuite, type ModelTest } from './model-suite.ts'

/** One test for each thing a model has not: its name says why, and it is red once that is no longer so. */
export const modelAbsences = ({ group, test, expect, subject }: ModelSuite): void => {
  const absent = Object.entries(subject.without ?? {}).filter(([feature]) => feature !== 'wire')
  if (absent.length === 0) return
  const check: Record<Exclude<ModelFeature, 'wire'>, (each: ModelTest) => Promise<void>> = {
    weights: async () => expect(subject.controlText).toBeUndefined(),
    dispose: async ({ model }) => expect(Symbol.asyncDispose in model).toBe(false),
    async slow({ model }) {
      const caller = new AbortController()
      const { terminal } = await gather(model, {
        request: ask(LONG),
        signal: caller.signal,
        onPart: (part) => part.type === 'text-delta' && caller.abort(),
      })
      expect(['abort', 'finish']).toContain(terminal.type)
    },
    reasoning: async ({ model }) => expect(model.capabilities.reasoning).toBe(false),
    'exact-count': async ({ model }) => expect(model.capabilities.tokenCount).toBe('estimate'),
    async redecode({ model }) {
      expect([model.capabilities.redecode ?? false, model.redecode]).toEqual([false, undefined])
    },
    async tools({ model }) {
      expect(model.capabilities.tools).toBe('none')
      const { terminal } = await gather(model, { request: ask({ tools: [timeTool], toolChoice: 'required' }) })
      expect(terminal).toMatchObject({ type: 'error', error: { code: 'unsupported' } })
    },
    async 'structured-output'({ model }) {
      expect(model.capabilities.structuredOutput).toBe(false)
      const { terminal } = await gather(model, { request: ask({ output: { type: 'json' } }) })
      expect(terminal).toMatchObject({ type: 'error', error: { code: 'unsupported' } })
    },
    async grammar({ model }) {
      expect(model.capabilities.grammar ?? false).toBe(false)
      const { terminal } = await gather(model, { request: ask({ output: { type: 'grammar', gbnf: 'root ::= "a"' } }) })
      expect(terminal).toMatchObject({ type: 'error', error: { code: 'unsupported' } })
    },
    async logprobs({ model, play }) {
      play({ text: ['Good ', 'morning'], usage: COUNTED })
      const { parts } = await gather(model, { request: ask({ logprobs: { top: 2 }, maxOutputTokens: 2 }) })
      expect(parts.filter((part) => part.type === 'text-delta' && part.logprobs !== undefined)).toEqual([])
    },
    async validation({ model, play }) {
      play({ refuse: 'invalid-request' })
      const { terminal } = await gather(model, { request: ask({ sampling: { temperature: -1 } }) })
      expect(terminal).toMatchObject({ type: 'error', error: { code: 'invalid_request' } })
    },
  }
  group('is without', () => {
    for (const [feature, why] of absent) test(`${feature}: ${why}`, check[feature as keyof typeof check])
  })
}
