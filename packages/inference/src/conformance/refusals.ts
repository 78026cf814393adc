import { inspect } from 'node:util'
import { createMessage, type ErrorCode, type Message, RtError } from '@rt/core'
import { type Bench, SECRET, withBench } from './bench.ts'
import type { ConformanceSubject } from './conformance-subject.ts'
import { startFakeServer } from './fake-server.ts'
import { ask, gather } from './gather.ts'
import type { WireFault } from './fake-wire.ts'
import type { TestFunctions } from './test-functions.ts'

const failure = async ({ model }: Bench): Promise<RtError> => {
  const { terminal, parts } = await gather(model)
  if (terminal.type === 'error') return new RtError(terminal.error)
  throw new RtError({ code: 'internal', message: `no error came, but ${parts.map(({ type }) => type).join(', ')}.` })
}

/** What the router needs to know of a call that was refused. */
export const refusalsConformance = (subject: ConformanceSubject, { describe, it, expect }: TestFunctions): void => {
  const { wire } = subject

  describe(`${subject.name}: refusals`, () => {
    const waits: [what: string, headers: Record<string, string>, ms: number | undefined][] = [
      ['seconds', { 'retry-after': '7' }, 7000],
      ['a fraction', { 'retry-after': '0.5' }, 500],
      ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
      ['milliseconds before seconds', { 'retry-after-ms': '1500', 'retry-after': '2' }, 1500],
      ['a moment that has passed', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
      ['nothing', {}, undefined],
      ['a word', { 'retry-after': 'soon' }, undefined],
      ['less than nothing', { 'retry-after': '-5' }, undefined],
      ['more than a number holds', { 'retry-after': '1e999' }, undefined],
    ]
    for (const [what, headers, ms] of waits)
      it(
        `reads how long to wait: ${what}`,
        withBench(subject, async (bench) => {
          bench.refuse('rate-limited', { headers })
          const error = await failure(bench)
          expect([error.code, error.retryable]).toEqual(['rate_limited', true])
          expect(error.data?.['retryAfterMs']).toEqual(ms)
          expect(bench.server.requests.length, 'retrying is for the router').toBe(1)
        }),
      )
    it(
      'reads how long to wait: an HTTP date',
      withBench(subject, async (bench) => {
        bench.refuse('rate-limited', { headers: { 'retry-after': new Date(Date.now() + 600_000).toUTCString() } })
        const ms = Number((await failure(bench)).data?.['retryAfterMs'])
        expect(ms > 0 && ms <= 600_000, `${ms} ms`).toBe(true)
      }),
    )

    for (const status of [500, 502, 503, 504, 520, 529])
      it(
        `takes ${status} for a failure that may pass, also when it comes as a web page`,
        withBench(subject, async (bench) => {
          bench.refuse('server-error', { status, headers: { 'retry-after': '3' } })
          const error = await failure(bench)
          expect(['provider_error', 'overloaded']).toContain(error.code)
          expect([error.retryable, error.data?.['status'], error.data?.['retryAfterMs']]).toEqual([true, status, 3000])
          bench.server.reply = { status, headers: { 'content-type': 'text/html' }, chunks: [webPage] }
          const page = await failure(bench)
          expect(['provider_error', 'overloaded']).toContain(page.code)
          expect([page.retryable, page.data?.['status'], page.message.length < 500]).toEqual([true, status, true])
          expect(bench.server.requests.length).toBe(2)
        }),
      )

    it(
      'answers unsupported to a grammar it cannot be held to, and calls nobody',
      withBench(subject, async ({ model, server }) => {
        if (model.capabilities.grammar) return
        const { terminal } = await gather(model, {
          request: ask({ output: { type: 'grammar', gbnf: 'root ::= "a"' } }),
        })
        expect(terminal).toMatchObject({ type: 'error', error: { code: 'unsupported' } })
        expect(server.requests.length).toBe(0)
      }),
    )

    const refused: [WireFault, ErrorCode][] = [
      ['overloaded', 'overloaded'],
      ['unauthorized', 'unauthorized'],
      ['model-not-found', 'model_not_found'],
      ['context-overflow', 'context_overflow'],
      ['invalid-request', 'invalid_request'],
    ]
    for (const [fault, code] of refused)
      it(
        `says ${code} for ${fault}, and never the key`,
        withBench(subject, async (bench) => {
          bench.refuse(fault, { message: `the call with ${SECRET} was refused.` })
          const error = await failure(bench)
          expect([error.code, error.data?.['provider']]).toEqual([code, bench.provider.id])
          expect(inspect(error, { depth: 20 }).includes(SECRET)).toBe(false)
          if (!wire.embeddings) return
          const thrown = await bench.provider.embeddingModel!('e')
            .embed(['x'])
            .catch((caught: unknown) => caught)
          expect(thrown).toMatchObject({ code })
          expect(inspect(thrown, { depth: 20 }).includes(SECRET)).toBe(false)
        }),
      )

    it(
      'sends nothing that is labelled local-only, not even to be counted',
      withBench(subject, async ({ server, model, answer }) => {
        answer({ text: ['x'] })
        const messages: Message[] = [{ ...createMessage('user', 'secret'), label: 'local-only' }]
        const { terminal } = await gather(model, { request: { messages } })
        expect(terminal).toMatchObject({ type: 'error', error: { code: 'local_only', retryable: false } })
        expect((await model.countTokens({ messages })) > 0).toBe(true)
        expect(server.requests.length).toBe(0)
      }),
    )

    it(
      'follows no redirect, which would carry prompt and key elsewhere',
      withBench(subject, async (bench) => {
        bench.server.reply = { status: 307, headers: { location: `${bench.server.url}/elsewhere` } }
        const error = await failure(bench)
        expect([error.code, error.retryable]).toEqual(['provider_error', false])
        expect(bench.server.requests.length).toBe(1)
      }),
    )

    it('says network where nobody listens', async () => {
      const server = await startFakeServer()
      await server[Symbol.asyncDispose]()
      await withBench(
        subject,
        async (bench) => {
          const error = await failure(bench)
          expect([error.code, error.retryable]).toEqual(['network', true])
          expect(inspect(error, { depth: 20 }).includes(SECRET)).toBe(false)
        },
        { url: server.url },
      )()
    })
    it('says network where TLS fails', async () => {
      await using server = await startFakeServer()
      await withBench(
        subject,
        async (bench) => {
          expect((await failure(bench)).code).toBe('network')
        },
        { url: server.url.replace('http:', 'https:') },
      )()
    })
    it(
      'says timeout where somebody listens and never answers',
      withBench(
        subject,
        async (bench) => {
          bench.server.reply = { silent: true }
          const arrived = bench.server.next()
          const error = await failure(bench)
          expect([error.code, error.retryable]).toEqual(['timeout', true])
          expect(await (await arrived).closed).toBe('by-client')
        },
        { timeoutMs: 150 },
      ),
    )

    it(
      'does not take a web page under 200 for an answer',
      withBench(subject, async (bench) => {
        for (const type of ['text/html', wire.contentType]) {
          bench.server.reply = { headers: { 'content-type': type }, chunks: [webPage] }
          const error = await failure(bench)
          expect(error.code).toBe('provider_error')
          expect(error.message.length < 500).toBe(true)
        }
      }),
    )
    it(
      'does not wait for the end of a refusal or a web page that never comes',
      withBench(
        subject,
        async (bench) => {
          for (const status of [200, 500]) {
            const headers = { 'content-type': 'text/html' }
            bench.server.reply = { status, headers, chunks: ['<html>'], ending: 'hang' }
            const arrived = bench.server.next()
            const error = await failure(bench)
            expect(['timeout', 'provider_error']).toContain(error.code)
            expect(await (await arrived).closed).toBe('by-client')
          }
        },
        { timeoutMs: 150, idleMs: 150 },
      ),
    )
    it(
      'finds the error in a body that came under 200',
      withBench(subject, async (bench) => {
        const { body } = wire.refuse('server-error', 'the upstream is gone.')
        bench.server.reply = { headers: { 'content-type': 'application/json' }, chunks: [body] }
        const error = await failure(bench)
        expect(error.code).toBe('provider_error')
        expect(error.message).toContain('the upstream is gone.')
      }),
    )
  })
}

const webPage = `<!doctype html><html><head><title>Sign in</title></head><body>${'<p>Welcome</p>\n'.repeat(500)}</body></html>`
