import { type Bench, type LineEnd, withBench } from './bench.ts'
import type { ConformanceSubject } from './conformance-subject.ts'
import { framesBefore } from './frames-before.ts'
import { ask, gather, weatherTool } from './gather.ts'
import type { WireAnswer } from './fake-wire.ts'
import type { TestFunctions } from './test-functions.ts'

const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 5, reasoning: 0 }

/** Streams that come in pieces, late, or not to their end. */
export const streamsConformance = (subject: ConformanceSubject, { describe, it, expect }: TestFunctions): void => {
  const { wire, without = [] } = subject
  const answer: WireAnswer = {
    text: ['Grüße ', '👩‍👩‍👧 ', 'a\nb\r\nc'],
    ...(!without.includes('tools') && {
      toolCalls: [{ id: 'call_1', name: 'weather', fragments: ['{"city":', '"東京"}'] }],
    }),
    usage,
  }
  const check = async ({ model }: Bench): Promise<void> => {
    const { text, parts, terminal } = await gather(model, {
      request: ask(without.includes('tools') ? {} : { tools: [weatherTool] }),
    })
    expect(text).toBe('Grüße 👩‍👩‍👧 a\nb\r\nc')
    expect(parts.flatMap((part) => (part.type === 'tool-call-end' ? [part.arguments] : []))).toEqual(
      answer.toolCalls ? [{ city: '東京' }] : [],
    )
    expect(terminal).toEqual({ type: 'finish', finishReason: answer.toolCalls ? 'tool-calls' : 'stop', usage })
  }
  const partial = framesBefore(wire.frames({ text: ['partial ', 'text', ' and more'] }), ' and more')
  const sse = wire.framing === 'sse'

  describe(`${subject.name}: streams`, () => {
    const ends: [name: string, eol: LineEnd][] = sse
      ? [
          ['LF', '\n'],
          ['CRLF', '\r\n'],
          ['CR', '\r'],
        ]
      : [['LF', '\n']]
    for (const [name, eol] of ends)
      it(
        `reads lines that end in ${name}, whole and split at every byte`,
        withBench(subject, async (bench) => {
          const text = bench.render(wire.frames(answer), eol)
          bench.stream(text)
          await check(bench)
          bench.stream([...new TextEncoder().encode(text)].map((byte) => Uint8Array.of(byte)))
          await check(bench)
        }),
      )

    if (sse)
      it(
        'passes over comments, and a missing blank after the colon',
        withBench(subject, async (bench) => {
          const frames = wire.frames(answer).map((lines) => lines.map((line) => line.replace(/^(\w+): /, '$1:')))
          bench.stream(frames.flatMap((frame) => [': keep-alive\n\n', bench.render([frame]), ':\n\n']))
          await check(bench)
        }),
      )

    it(
      'reads a line of a megabyte',
      withBench(subject, async ({ model, render, stream }) => {
        const long = 'x'.repeat(1 << 20)
        stream(render(wire.frames({ text: ['<', long, '>'], usage })))
        expect((await gather(model)).text).toBe(`<${long}>`)
      }),
    )

    if (wire.optionalFrames > 0)
      it(
        'finishes without the frame that only says goodbye',
        withBench(subject, async (bench) => {
          bench.stream(bench.render(wire.frames(answer).slice(0, -wire.optionalFrames)))
          await check(bench)
        }),
      )

    for (const then of ['end', 'destroy'] as const)
      it(
        `keeps what had come when the stream ${then === 'end' ? 'ends too early' : 'breaks'}`,
        withBench(subject, async (bench) => {
          bench.stream([bench.render(partial)], then)
          const { text, terminal } = await gather(bench.model)
          expect(text).toBe('partial text')
          expect(terminal.type).toBe('error')
          if (terminal.type === 'error') {
            expect(['provider_error', 'network']).toContain(terminal.error.code)
            expect(terminal.error.retryable).toBe(true)
            // It was.
            expect(terminal.error.message).not.toContain('could not be reached')
          }
        }),
      )
    it(
      'ends a call that was being written with the error, not with half of its arguments',
      withBench(subject, async (bench) => {
        if (without.includes('tools')) return
        const frames = wire.frames({
          toolCalls: [{ id: 'call_1', name: 'weather', fragments: ['{"city":', '"never"}'] }],
        })
        bench.stream(bench.render(framesBefore(frames, 'never')))
        const { parts, terminal } = await gather(bench.model, { request: ask({ tools: [weatherTool] }) })
        expect(parts.filter((part) => part.type === 'tool-call-end')).toEqual([])
        expect(terminal.type).toBe('error')
      }),
    )

    it(
      'ends a stream that falls silent with timeout, keeps the text and hangs up',
      withBench(
        subject,
        async (bench) => {
          bench.stream([bench.render(partial)], 'hang')
          const arrived = bench.server.next()
          const { text, terminal } = await gather(bench.model)
          expect(text).toBe('partial text')
          expect(terminal).toMatchObject({ type: 'error', error: { code: 'timeout', retryable: true } })
          expect(await (await arrived).closed).toBe('by-client')
        },
        { idleMs: 150 },
      ),
    )

    if (wire.errorFrame)
      it(
        'ends with the error the stream says, first thing or in the middle',
        withBench(subject, async (bench) => {
          const error = wire.errorFrame!('the engine fell over.')
          for (const before of [[], partial]) {
            bench.stream(bench.render([...before, error]))
            const { text, terminal } = await gather(bench.model)
            expect(text).toBe(before.length > 0 ? 'partial text' : '')
            expect(terminal.type).toBe('error')
            if (terminal.type === 'error') expect(terminal.error.message).toContain('the engine fell over.')
          }
        }),
      )
  })
}
