import { describe, expect, it, vi } from 'vitest'
import {
  abortable,
  collect,
  createId,
  createMessage,
  createMessageBuilder,
  disposeAll,
  emptyUsage,
  failureOf,
  messageText,
  nearestNames,
  noopSpan,
  openScope,
  RtError,
  systemClock,
  toJsonSchema,
  toRtError,
  toTerminal,
  withTimeout,
} from './index.ts'
import { createFakeClock, createFakeEmbedder, createScriptedModel } from './testing/index.ts'

describe('RtError', () => {
  it('is recognised across two copies of core by its marker, not its class', () => {
    const foreign = Object.assign(Object.create({ [Symbol.for('@rt/core/RtError')]: true }), { code: 'timeout' })
    expect(RtError.isInstance(foreign)).toBe(true)
    expect(RtError.isInstance(new Error('no'))).toBe(false)
  })

  it('takes retryable from the code table and keeps a hint through JSON', () => {
    const error = new RtError({ code: 'overloaded', message: 'busy.', hint: 'Try later.' })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'overloaded',
      message: 'busy.',
      hint: 'Try later.',
      retryable: true,
    })
  })

  it('wraps foreign errors, keeping AbortError as aborted', () => {
    expect(toRtError(new DOMException('x', 'AbortError')).code).toBe('aborted')
    expect(toRtError('text', 'tool_failed')).toMatchObject({ code: 'tool_failed', message: 'text' })
  })
})

describe('createId', () => {
  it('sorts by creation, also within a millisecond and when the clock steps back', () => {
    const ids = [createId(5), createId(5), createId(4), createId(6)]
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(4)
    expect(ids[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  })
})

describe('streams', () => {
  it('collects a scripted tool call and its text into messages', async () => {
    const model = createScriptedModel({
      answers: [{ text: 'let me look', toolCalls: [{ name: 'now', arguments: {} }] }],
    })
    const { messages, finishReason, text } = await collect(model.stream({ messages: [createMessage('user', 'hi')] }))
    expect(finishReason).toBe('tool-calls')
    expect(text).toBe('let me look')
    expect(messages[0]?.parts.map(({ type }) => type)).toEqual(['text', 'tool-call'])
    expect(messageText(messages[0]!)).toBe('let me look')
  })

  it('drops what came of a step that begins anew, and takes the later of two results of a call', () => {
    const builder = createMessageBuilder()
    const result = { type: 'tool-result', id: 'c', name: 'f', ms: 1 } as const
    builder.add({ type: 'step-start', step: 1 })
    builder.add({ type: 'tool-call-end', id: 'c', name: 'f', arguments: {} })
    builder.add({ ...result, result: 1 })
    builder.add({ ...result, result: 2 })
    for (const text of ['half', 'whole']) {
      builder.add({ type: 'step-start', step: 2 })
      builder.add({ type: 'text-delta', text })
    }
    expect(builder.text()).toBe('whole')
    expect(builder.messages().map(({ parts }) => parts)).toMatchObject([
      [{ type: 'tool-call' }],
      [{ type: 'tool-result', result: 2 }],
      [{ type: 'text', text: 'whole' }],
    ])
  })

  it('gives the messages so far as often as it is asked, without ending the open one', () => {
    const builder = createMessageBuilder()
    builder.add({ type: 'text-delta', text: 'a' })
    const before = builder.messages()
    builder.add({ type: 'text-delta', text: 'b' })
    builder.add({ type: 'tool-result', id: '1', name: 'now', result: 'noon', ms: 1 })
    const after = builder.messages()

    expect(before).toMatchObject([{ role: 'assistant', parts: [{ type: 'text', text: 'a' }] }])
    expect(after).toMatchObject([{ role: 'assistant', parts: [{ text: 'ab' }] }, { role: 'tool' }])
    expect(after[0]?.id).toBe(before[0]?.id)
    after.length = 0
    expect(builder.messages()).toHaveLength(2)
  })

  it('makes a message of each step and of its results, and none of a step that says nothing', () => {
    const builder = createMessageBuilder()
    builder.add({ type: 'step-start', step: 1 })
    builder.add({ type: 'tool-call-end', id: '1', name: 'now', arguments: {} })
    builder.add({ type: 'tool-result', id: '1', name: 'now', result: 'noon', ms: 1 })
    builder.add({ type: 'step-start', step: 2 })
    builder.add({ type: 'step-start', step: 3 })
    builder.add({ type: 'text-delta', text: 'It is noon.' })
    const messages = builder.messages()
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant'])
    expect(messages.map(({ id }) => id)).toEqual(messages.map(({ id }) => id).toSorted())
  })

  it('keeps what a provider attached with its part: such a part is complete', () => {
    const builder = createMessageBuilder()
    builder.add({ type: 'reasoning-delta', text: '', provider: {} })
    expect(builder.messages()).toEqual([])
    builder.add({ type: 'reasoning-delta', text: 'one' })
    builder.add({ type: 'reasoning-delta', text: '', provider: { claude: { signature: 'a' } } })
    builder.add({ type: 'reasoning-delta', text: 'two', provider: {} })
    builder.add({ type: 'reasoning-delta', text: '', provider: { claude: { redacted: 'b' } } })
    builder.add({ type: 'text-delta', text: 'three' })
    builder.add({ type: 'tool-call-end', id: '1', name: 'now', arguments: {}, provider: { claude: { caller: 'c' } } })
    expect(builder.messages()[0]?.parts).toEqual([
      { type: 'reasoning', text: 'one', provider: { claude: { signature: 'a' } } },
      { type: 'reasoning', text: 'two' },
      { type: 'reasoning', text: '', provider: { claude: { redacted: 'b' } } },
      { type: 'text', text: 'three' },
      { type: 'tool-call', id: '1', name: 'now', arguments: {}, provider: { claude: { caller: 'c' } } },
    ])
  })

  it('throws the error a stream ends with, and refuses a stream without an end', async () => {
    const failing = createScriptedModel({
      answers: [{ parts: [{ type: 'error', error: { code: 'engine_crashed', message: 'gone.', retryable: true } }] }],
    })
    await expect(collect(failing.stream({ messages: [] }))).rejects.toMatchObject({ code: 'engine_crashed' })
    const endless = createScriptedModel({ answers: [{ parts: [] }] })
    await expect(collect(endless.stream({ messages: [] }))).rejects.toMatchObject({ code: 'internal' })
  })
})

describe('terminal parts', () => {
  it('say who ended a stream, and turn back into the error', () => {
    const busy = new RtError({ code: 'overloaded', message: 'busy.' })
    expect(toTerminal(busy)).toEqual({ type: 'error', error: busy.toJSON() })
    expect(failureOf(toTerminal(busy))).toMatchObject({ code: 'overloaded', message: 'busy.' })
    // A caller who gave up is told so, whatever broke on the way.
    const aborted = toTerminal(busy, { usage: emptyUsage(), signal: AbortSignal.abort() })
    expect(aborted).toEqual({ type: 'abort', reason: 'busy.', usage: emptyUsage() })
    expect(failureOf(aborted)).toMatchObject({ code: 'aborted', message: 'busy.' })
    expect(failureOf({ type: 'finish', finishReason: 'stop', usage: emptyUsage() })).toBeUndefined()
  })
})

describe('lifecycle', () => {
  it('times out by the clock it is given, though the work never settles', async () => {
    const clock = createFakeClock()
    const error = (): RtError => new RtError({ code: 'timeout', message: 'too slow.' })
    const result = withTimeout(() => new Promise(() => {}), { ms: 100, error, clock })
    await clock.advance(99)
    expect(clock.sleeping).toBe(1)
    await clock.advance(1)
    await expect(result).rejects.toMatchObject({ code: 'timeout' })
  })

  it('stops the timer when the work is done', async () => {
    const clock = createFakeClock()
    await withTimeout(async () => 1, { ms: 100, error: () => new RtError({ code: 'timeout', message: '' }), clock })
    expect(clock.sleeping).toBe(0)
  })

  it('ends a scope with what is around it, and alone; then it listens no more', () => {
    const outer = new AbortController()
    const [added, removed] = [vi.spyOn(outer.signal, 'addEventListener'), vi.spyOn(outer.signal, 'removeEventListener')]
    const reason = new RtError({ code: 'shutting_down', message: 'going.' })
    const [one, other] = [openScope(outer.signal), openScope(outer.signal)]
    one.end()
    expect(one.signal.reason).toMatchObject({ code: 'aborted' })
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([2, 1])
    expect(other.signal.aborted).toBe(false)
    outer.abort(reason)
    expect([other.signal.reason, openScope(outer.signal).signal.reason]).toEqual([reason, reason])
    other.end()
    expect(other.signal.reason).toBe(reason)
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([2, 2])
  })

  it('keeps a program alive that sleeps, and no longer once the sleeper is aborted', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const caller = new AbortController()
    const asleep = systemClock.sleep(60_000, caller.signal)
    expect(timers()).toBe(before + 1)
    caller.abort()
    expect(timers()).toBe(before)
    await expect(asleep).rejects.toMatchObject({ code: 'aborted' })
  })

  it('sleeps on for a time that no timer takes', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout')
    for (const ms of [30 * 86_400_000, Infinity]) {
      const caller = new AbortController()
      const asleep = systemClock.sleep(ms, caller.signal)
      caller.abort()
      await expect(asleep).rejects.toMatchObject({ code: 'aborted' })
      expect(timer.mock.lastCall?.[1]).toBe(2 ** 31 - 1)
    }
    timer.mockRestore()
  })

  it('leaves no listener behind on either path', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = ((...args: Parameters<typeof addEventListener>) => {
      listeners++
      addEventListener.apply(signal, args)
    }) as typeof addEventListener
    signal.removeEventListener = ((...args: Parameters<typeof removeEventListener>) => {
      listeners--
      removeEventListener.apply(signal, args)
    }) as typeof removeEventListener
    await abortable(Promise.resolve(1), signal)
    await abortable(Promise.reject(new Error('x')), signal).catch(() => {})
    expect(listeners).toBe(0)
  })

  it('disposes all in reverse, also past a failure', async () => {
    const order: number[] = []
    const thing = (n: number): AsyncDisposable => ({
      async [Symbol.asyncDispose]() {
        order.push(n)
        if (n === 2) throw new Error('two')
      },
    })
    await expect(disposeAll([thing(1), thing(2), thing(3)])).rejects.toThrow('two')
    expect(order).toEqual([3, 2, 1])
  })
})

describe('the rest', () => {
  it('finds the names that were meant, and none when nothing is near', () => {
    expect(nearestNames('serv', ['search', 'serve'])).toEqual(['serve'])
    expect(nearestNames('prot', ['port', 'once'])).toEqual(['port'])
    expect(nearestNames('banana', ['serve', 'search'])).toEqual([])
    // Nothing of the name was typed.
    expect(nearestNames('x', ['cp', 'rm', 'list'])).toEqual([])
    expect(nearestNames('p', ['cp', 'list'])).toEqual(['cp'])
    expect(nearestNames('embodd', ['embed'])).toEqual(['embed'])
    expect(nearestNames('embodd', ['embed'], { most: 1 })).toEqual([])
  })

  it('names the adapter a schema library needs', () => {
    const schema = {
      '~standard': { version: 1, vendor: 'valibot', validate: (value: unknown) => ({ value }) },
    } as const
    expect(() => toJsonSchema(schema)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('@valibot/to-json-schema') }),
    )
  })

  it('has a no-op span that is its own child', () => {
    expect(noopSpan.child('x')).toBe(noopSpan)
  })

  it('has a fake embedder that puts like texts near each other', async () => {
    const embedder = createFakeEmbedder()
    const { vectors } = await embedder.embed([
      'the meal limit in Oslo',
      'limit for a meal in Oslo',
      'quarterly tax forms',
    ])
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
    expect(dot(vectors[0]!, vectors[1]!)).toBeGreaterThan(dot(vectors[0]!, vectors[2]!))
  })
})
