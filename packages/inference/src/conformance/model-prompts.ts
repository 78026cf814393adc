import { createMessage, type ModelRequest } from '@rt/core'
import { ask, gather } from './gather.ts'
import { COUNTED, type ModelSuite } from './model-suite.ts'

/** Prompts of every kind, also those that make no sense. */
export const modelPrompts = ({ group, test, has, expect, subject: { controlText } }: ModelSuite): void =>
  group('prompts', () => {
    for (const [what, messages] of Object.entries(ODD))
      test(`ends properly with ${what}`, async ({ model, play }) => {
        play({ text: ['Well.'], usage: COUNTED })
        const { terminal } = await gather(model, { request: { messages, maxOutputTokens: 2 } })
        if (terminal.type === 'error') expect(terminal.error.code).toBe('invalid_request')
        else expect(terminal.type).toBe('finish')
      })

    test('reads text of every script', async ({ model, play }) => {
      play({ text: ['Well.'], usage: COUNTED })
      const text = 'Zürich \u0000 \u{1F469}\u200D\u{1F680} 日本語 العربية \uD800 a\u0301 \r\n\t\u202E end'
      const { terminal } = await gather(model, { request: ask({ maxOutputTokens: 2 }, text) })
      expect(terminal.type).toBe('finish')
    })

    test('refuses a prompt that does not fit, and says that this is why', async ({ model, play }) => {
      play({ refuse: 'context-overflow' })
      const { text, terminal } = await gather(model, {
        request: ask({}, 'a b '.repeat(model.capabilities.contextTokens)),
      })
      expect(text).toBe('')
      expect(terminal).toMatchObject({ type: 'error', error: { code: 'context_overflow', retryable: false } })
      play({ text: ['Well.'], usage: COUNTED })
      expect((await gather(model, { request: ask({ maxOutputTokens: 2 }) })).terminal.type).toBe('finish')
    })

    test('sees images, or says that it does not', async ({ model, play }) => {
      play({ text: ['A dot.'], usage: COUNTED })
      const messages = [createMessage('user', [{ type: 'file', mediaType: 'image/png', data: ONE_PIXEL }])]
      const { terminal } = await gather(model, { request: { messages, maxOutputTokens: 2 } })
      if (model.capabilities.images) expect(terminal.type).toBe('finish')
      else expect(terminal).toMatchObject({ type: 'error', error: { code: 'unsupported' } })
    })

    test('reads what must not leave this machine only here', async ({ model, play }) => {
      play({ text: ['Well.'], usage: COUNTED })
      const messages = [{ ...createMessage('user', 'secret'), label: 'local-only' as const }]
      const { terminal } = await gather(model, { request: { messages, maxOutputTokens: 2 } })
      if (model.capabilities.local) expect(terminal.type).toBe('finish')
      else expect(terminal).toMatchObject({ type: 'error', error: { code: 'local_only' } })
    })

    if (has('validation'))
      for (const [field, wrong] of Object.entries(WRONG))
        test(`refuses ${field} that makes no sense, by its name`, async ({ model }) => {
          const { terminal } = await gather(model, { request: ask(wrong) })
          expect(terminal).toMatchObject({ type: 'error', error: { code: 'invalid_request', data: { field } } })
        })

    if (controlText === undefined) return
    test('takes control texts of its template for text', async ({ model }) => {
      const count = async (text: string): Promise<number> => await model.countTokens(ask({}, text))
      // As a control token each would be a single one.
      const added = (await count(`a${` ${controlText}`.repeat(20)}`)) - (await count('a'))
      expect(added).toBeGreaterThan(20 * 2)
    })
  })

const ODD: Record<string, ModelRequest['messages']> = {
  'no message': [],
  'an empty text': [createMessage('user', '')],
  'a message without parts': [createMessage('user', [])],
  'instructions alone': [createMessage('system', 'Be kind.')],
  'two turns of one speaker': [createMessage('user', 'a'), createMessage('user', 'b')],
  'an answer at the end': [createMessage('user', 'a'), createMessage('assistant', 'b')],
}

const WRONG: Record<string, Partial<ModelRequest>> = {
  'sampling.temperature': { sampling: { temperature: -1 } },
  'sampling.topP': { sampling: { topP: 2 } },
  'sampling.seed': { sampling: { seed: 0.5 } },
  maxOutputTokens: { maxOutputTokens: 0 },
  'logprobs.top': { logprobs: { top: 99 } },
  stop: { stop: [''] },
}

const ONE_PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
)
