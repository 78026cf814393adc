import { isTerminal, type StreamPart } from '@rt/core'
import { ask, gather } from './gather.ts'
import { COUNTED, type ModelSuite } from './model-suite.ts'

export const LONG = { maxOutputTokens: 60, sampling: { temperature: 0 } }

/** A caller that gives up, or a model that goes away. */
export const modelAborts = ({ group, test, has, expect, subject: { name, open } }: ModelSuite): void =>
  group('giving up', () => {
    test('writes nothing for a caller that gave up before', async ({ model, play }) => {
      play({ text: ['Never.'], usage: COUNTED })
      const { text, terminal } = await gather(model, { signal: AbortSignal.abort() })
      expect([text, terminal.type]).toEqual(['', 'abort'])
    })

    if (has('slow'))
      test('stops in the middle of an answer, which keeps what had come', async ({ model, play }) => {
        play({ hang: { text: ['first ', 'never'] } })
        const caller = new AbortController()
        const { text, terminal } = await gather(model, {
          request: ask(LONG),
          signal: caller.signal,
          onPart: (part) => part.type === 'text-delta' && caller.abort(),
        })
        expect(text.length).toBeGreaterThan(0)
        expect(terminal.type).toBe('abort')
      })

    test('answers the next after one that was left', async ({ model, play }) => {
      play({ hang: { text: ['first ', 'never'] } })
      for await (const part of model.stream(ask(LONG))) if (part.type === 'text-delta') break
      play({ text: ['Good ', 'morning'], usage: COUNTED })
      expect((await gather(model, { request: ask({ maxOutputTokens: 2 }) })).terminal.type).toBe('finish')
    })

    test('minds no abort behind its end', async ({ model, play }) => {
      play({ text: ['Good ', 'morning'], usage: COUNTED })
      const caller = new AbortController()
      const request = ask({ maxOutputTokens: 2 })
      expect((await gather(model, { request, signal: caller.signal })).terminal.type).toBe('finish')
      caller.abort()
      expect((await gather(model, { request })).terminal.type).toBe('finish')
    })

    if (!has('dispose') || !open) return
    test('ends an answer properly whose model is disposed of, and begins none', async () => {
      const model = await open()
      let closing: Promise<void> | undefined
      const parts: StreamPart[] = []
      for await (const part of model.stream(ask(LONG))) {
        parts.push(part)
        if (part.type === 'text-delta') closing ??= Promise.resolve(model[Symbol.asyncDispose]())
      }
      await closing
      expect(parts.filter(isTerminal).length, `${name}: one terminal part`).toBe(1)
      expect((await gather(model)).terminal).toMatchObject({ type: 'error' })
    })
  })
