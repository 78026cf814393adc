import { type JsonValue, LOCAL, noopSpan, RtError, systemClock, type Tool } from '@rt/core'
import { createFakeClock } from '@rt/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { tool } from '../tool.ts'
import { executeCall, type ToolCallRequest } from './execute-call.ts'

const never = (): Promise<never> => new Promise(() => {})
const make = (execute: Tool['execute'], more: Partial<Tool> = {}): Tool => ({
  ...tool({ name: 'x', description: 'x', inputSchema: { jsonSchema: { type: 'object' } }, execute }),
  ...more,
})
const request = (given: Tool, more: Partial<ToolCallRequest> = {}): ToolCallRequest => ({
  tool: given,
  callId: 'c',
  arguments: {},
  principal: LOCAL,
  signal: new AbortController().signal,
  span: noopSpan,
  clock: systemClock,
  ...more,
})
/** Lets everything run that waits for no time. */
const idle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
const codeOf = (result: JsonValue): unknown => (result as { error: { code: string } }).error.code

describe('a tool that does not behave', () => {
  test.each<[string, Tool['execute']]>([
    ['hangs', never],
    ['hangs before its first value', () => ({ [Symbol.asyncIterator]: () => ({ next: never }) })],
    [
      'ends its stream only in time without end',
      async function* () {
        for (;;) yield 'more'
      },
    ],
    [
      'does not settle on abort, nor lets itself be left',
      () => ({ [Symbol.asyncIterator]: () => ({ next: never, return: never }) }),
    ],
    [
      'rejects after its time',
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
    ],
  ])('%s: it times out, its signal fires, and the call has a result', async (_, execute) => {
    const clock = createFakeClock()
    const told = Promise.withResolvers<AbortSignal>()
    const watched = make(
      (input, context) => {
        told.resolve(context.signal)
        return execute(input, context)
      },
      { timeoutMs: 500 },
    )
    const outcome = executeCall(request(watched, { clock, input: { value: {} } }))
    const signal = await told.promise
    await clock.advance(499)
    await idle()
    expect(signal.aborted).toBe(false)
    await clock.advance(1)
    expect(codeOf((await outcome).result)).toBe('tool_timeout')
    expect(signal.aborted).toBe(true)
  })

  test.each<[string, unknown, string]>([
    ['a text', 'no', 'x failed: no'],
    ['nothing', undefined, 'x failed: undefined'],
    ['null', null, 'x failed: null'],
    ['a symbol', Symbol('no'), 'x failed: Symbol(no)'],
    ['an object', { status: 500 }, 'x failed: {"status":500}'],
    ['an error without words', new RangeError(''), 'x failed: RangeError'],
    ['an error whose message is none', Object.assign(new Error('x'), { message: { a: 1n } }), 'x failed: {"a":1}'],
    [
      'what cannot be read',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('x')
          },
        },
      ),
      'x failed with an error that cannot be read.',
    ],
    ['its own AbortError', new DOMException('mine', 'AbortError'), 'x failed: mine'],
    ['a text of 1 MB', 'a'.repeat(1_000_000), `x failed: ${'a'.repeat(1990)}`],
  ])('throws %s', async (_, thrown, message) => {
    const throwing = [
      () => {
        throw thrown
      },
      async () => {
        throw thrown
      },
      async function* () {
        yield 1
        throw thrown
      },
    ]
    for (const execute of throwing) {
      const { result, isError } = await executeCall(request(make(execute)))
      expect(isError).toBe(true)
      expect(result).toEqual({ error: { code: 'tool_failed', message } })
    }
  })

  test('returns what JSON cannot carry, or too much of it', async () => {
    const cyclic: Record<string, unknown> = { big: 2n ** 64n, none: undefined }
    cyclic['self'] = cyclic
    const outcome = async (value: unknown, more: Partial<Tool> = {}): Promise<unknown> => {
      const { result, cut, isError } = await executeCall(request(make(async () => value, more)))
      expect(isError).toBe(false)
      return [result, cut]
    }
    expect(await outcome(undefined)).toEqual([null, false])
    expect(await outcome(cyclic)).toEqual([{ big: '18446744073709551616', self: '[circular]' }, true])
    const [huge] = (await outcome('a'.repeat(100_000_000))) as [string]
    expect(huge).toBe(`${'a'.repeat(65_535)}[cut: 65535 of 100000000 characters kept]`)
    expect(await outcome('abcdef', { maxResultBytes: 4 })).toEqual(['abc[cut: 3 of 6 characters kept]', true])
    expect(await outcome(Array.from({ length: 10_000_000 }), { maxResultBytes: 2 })).toEqual([
      [null, '[cut: 9999999 more items]'],
      true,
    ])
  })

  test('an abort ends it at once, also when the tool goes on', async () => {
    const controller = new AbortController()
    const outcome = executeCall(request(make(never), { signal: controller.signal }))
    controller.abort()
    await expect(outcome).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('a tool that shows how far it is', () => {
  const read = async (execute: Tool['execute'], more: Partial<ToolCallRequest> = {}): Promise<unknown> => {
    const shown: JsonValue[] = []
    const { result } = await executeCall(request(make(execute), { onProgress: (value) => shown.push(value), ...more }))
    return [shown, result]
  }

  test('the result is what it returns, else what came last', async () => {
    const returning = async function* (): AsyncGenerator<string, number> {
      yield 'half'
      return 7
    }
    const yielding = async function* (): AsyncGenerator<string> {
      yield 'half'
      yield 'all'
    }
    expect(await read(returning)).toEqual([['half'], 7])
    expect(await read(yielding)).toEqual([['half', 'all'], 'all'])
    expect(await read(async function* () {})).toEqual([[], null])
  })

  test('a flood is shown up to 1 MB, and its result comes all the same', async () => {
    const [shown, result] = (await read(async function* () {
      for (let i = 0; i < 50_000; i++) yield { i }
      return 'done'
    })) as [unknown[], unknown]
    expect(result).toBe('done')
    expect(shown.length).toBeGreaterThan(1000)
    expect(shown.length).toBeLessThan(1024 * 16)
  })

  test('the guard of results sees what is shown too', async () => {
    const guard = { afterTool: async (_: string, value: unknown) => `${String(value)} without secrets` }
    const execute = async function* (): AsyncGenerator<string, string> {
      yield 'half'
      return 'all'
    }
    expect(await read(execute, { guard })).toEqual([['half without secrets'], 'all without secrets'])
  })
})

describe('another attempt', () => {
  const failing = (more: Partial<Tool>): { given: Tool; attempts: () => number } => {
    let attempts = 0
    const given = make(() => {
      attempts++
      throw new TypeError('flaky')
    }, more)
    return { given, attempts: () => attempts }
  }

  test.each<[Partial<Tool>, number]>([
    [{}, 1],
    [{ retry: { retries: 2, delayMs: 0 } }, 1],
    [{ retry: { retries: 2, delayMs: 0 }, sideEffects: ['write'] }, 1],
    [{ retry: { retries: 2, delayMs: 0 }, sideEffects: [], idempotent: false }, 1],
    [{ retry: { retries: 2, delayMs: 0 }, sideEffects: [] }, 3],
    [{ retry: { retries: 2, delayMs: 0 }, sideEffects: ['write'], idempotent: true }, 3],
  ])('only of what may run twice: %j', async (more, expected) => {
    const { given, attempts } = failing(more)
    await executeCall(request(given))
    expect(attempts()).toBe(expected)
  })

  test('`on` says which failures pass, and sees what the tool threw', async () => {
    const seen: unknown[] = []
    const on = (error: unknown): boolean => seen.push(error) < 2
    const { given, attempts } = failing({ retry: { retries: 9, delayMs: 0, on }, idempotent: true })
    await executeCall(request(given))
    expect(attempts()).toBe(2)
    expect(seen[0]).toBeInstanceOf(TypeError)
  })
})

describe('what a tool says it returns', () => {
  const typed = (value: unknown): Tool =>
    tool({
      name: 'x',
      description: 'x',
      inputSchema: { jsonSchema: { type: 'object' } },
      outputSchema: z.object({ city: z.string(), at: z.string().transform((text) => new Date(text)) }),
      execute: async () => value as { city: string; at: string },
    })

  test('is checked, and what it does not name stays out', async () => {
    const { result } = await executeCall(request(typed({ city: 'Oslo', at: '2026-01-01', password: 'x' })))
    expect(result).toEqual({ city: 'Oslo', at: '2026-01-01T00:00:00.000Z' })
  })

  test('else the call failed', async () => {
    const { result } = await executeCall(request(typed({ city: 'secret town', at: 7 })))
    expect(result).toMatchObject({ error: { code: 'tool_failed', message: expect.stringContaining('at: ') } })
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  test('a JSON Schema does as well', async () => {
    const outputSchema = { jsonSchema: { type: 'object', required: ['city'] } }
    const options = { name: 'x', description: 'x', inputSchema: { jsonSchema: { type: 'object' } }, outputSchema }
    const given = tool({ ...options, execute: () => ({ town: 1 }) })
    expect(given.outputSchema).toEqual(outputSchema.jsonSchema)
    const { result } = await executeCall(request(given))
    expect(result).toMatchObject({ error: { code: 'tool_failed' } })
  })
})

test('a guard that refuses is an error with its code', async () => {
  const guard = {
    afterTool: async (): Promise<never> => {
      throw new RtError({ code: 'guard_blocked', message: 'no.' })
    },
  }
  const { result } = await executeCall(
    request(
      make(async () => 1),
      { guard },
    ),
  )
  expect(codeOf(result)).toBe('guard_blocked')
})
