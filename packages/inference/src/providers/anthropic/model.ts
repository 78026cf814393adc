import {
  addUsage,
  emptyUsage,
  type LanguageModel,
  type ModelCapabilities,
  openScope,
  RtError,
  type StreamPart,
  throwIfAborted,
  toTerminal,
  type Usage,
} from '@rt/core'
import { refuseGrammar } from '../../driver-kit/refuse-grammar.ts'
import { refuseLocal } from '../../driver-kit/refuse-local.ts'
import { createTokenCounter } from './count-tokens.ts'
import { finishReasonOf } from './finish-reason.ts'
import type { AnthropicClient } from './load-client.ts'
import { type AnthropicModelFacts, modelFacts } from './model-facts.ts'
import type { AnthropicSettings } from './options.ts'
import { type AnswerReader, createAnswerReader } from './parse-stream.ts'
import { requestBody } from './request-body.ts'
import { sendMessage } from './send-message.ts'
import { errorContext, type ErrorContext, toRtError } from './to-rt-error.ts'

/** A turn with tools of the provider is handed back that often to go on. */
const MOST_PAUSES = 10

export const createModel = (
  model: string,
  settings: AnthropicSettings,
  client: () => Promise<AnthropicClient>,
  listed: () => Partial<AnthropicModelFacts>,
): LanguageModel => {
  const id = `${settings.id}/${model}`
  const facts = (): AnthropicModelFacts =>
    modelFacts(model, { ...listed(), ...(settings.models[model] ?? settings.models['*']) })
  const context = (): ErrorContext => errorContext(settings, model)

  return {
    id,
    get capabilities(): ModelCapabilities {
      const { contextTokens, thinking } = facts()
      return {
        local: false,
        contextTokens,
        tools: 'native',
        structuredOutput: true,
        tokenCount: 'estimate',
        reasoning: thinking !== 'none',
        images: true,
      }
    },
    countTokens: createTokenCounter({ model, settings, client, facts }),

    async *stream(request, { signal } = {}) {
      yield { type: 'start', model: id }
      // Leaving the loop hangs up.
      const scope = openScope(signal)
      let spent: Usage | undefined
      try {
        throwIfAborted(signal)
        refuseLocal(request.messages, id)
        refuseGrammar(request, id)
        const { body, answer, warnings } = requestBody(request, model, facts(), settings)
        yield* warnings
        for (let pauses = 0; ; pauses++) {
          const reader = createAnswerReader(settings.id, answer)
          const total = (): Usage | undefined => (reader.usage ? addUsage(spent ?? emptyUsage(), reader.usage) : spent)
          try {
            for await (const event of sendMessage({ body, settings, client, context, signal: scope.signal }))
              yield* reader.read(event)
          } finally {
            spent = total()
          }
          throwIfAborted(signal)
          if (reader.stopReason === 'pause_turn' && pauses < MOST_PAUSES && reader.blocks.length > 0) {
            body.messages.push({ role: 'assistant', content: reader.blocks })
            // What follows is a block of its own.
            if (reader.blocks.at(-1)?.type === 'text') yield { type: 'text-delta', text: '', provider: {} }
            continue
          }
          yield* finish(reader, spent, id)
          return
        }
      } catch (thrown) {
        yield toTerminal(toRtError(thrown, context()), { ...(spent && { usage: spent }), ...(signal && { signal }) })
      } finally {
        scope.end()
      }
    },
  }
}

function* finish(reader: AnswerReader, usage: Usage | undefined, id: string): Generator<StreamPart> {
  const { stopReason, stopDetails, blocks, answered } = reader
  if (stopReason === undefined)
    throw new RtError({ code: 'provider_error', message: `${id} ended its answer in the middle.` })
  if (stopReason === 'model_context_window_exceeded' && blocks.length === 0)
    throw new RtError({
      code: 'context_overflow',
      message: `${id} has no room for an answer: the prompt fills its context window.`,
      hint: 'Send less, or choose a model with a larger context window.',
    })
  if (stopReason === 'refusal' && stopDetails?.explanation)
    yield {
      type: 'warning',
      id: 'refusal',
      message: `${id} refused (${stopDetails.category ?? 'no category'}): ${stopDetails.explanation}`,
    }
  if (usage) yield { type: 'usage', usage }
  // The forced tool is no call to anybody, unless others were called with it.
  const calls = blocks.some(({ type }) => type === 'tool_use')
  const reason = stopReason === 'tool_use' && answered && !calls ? 'stop' : finishReasonOf(stopReason)
  yield { type: 'finish', finishReason: reason, usage: usage ?? emptyUsage() }
}
