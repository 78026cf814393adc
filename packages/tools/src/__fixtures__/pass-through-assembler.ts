import type { ContextAssembler } from '@rt/core'

/** Sends everything and trims nothing: the loop's tests are not about budgets. */
export const createPassThroughAssembler = (): ContextAssembler => ({
  assemble: async ({ model, messages, retrieved = [], reserve }) => ({
    messages,
    retrieved,
    report: {
      limit: model.capabilities.contextTokens - reserve,
      used: 1,
      by: { system: 0, tools: 0, memory: 0, retrieval: 0, history: 1 },
      trimmed: [],
    },
  }),
})
