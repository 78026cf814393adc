import type { LanguageModel, Provider } from '@rt/core'
import type { ConformanceSubject, SubjectOptions } from './conformance-subject.ts'
import { type FakeReply, type FakeServer, startFakeServer } from './fake-server.ts'
import type { WireAnswer, WireFault, WireFrame } from './fake-wire.ts'

/** What must never be seen again once it was given to a driver. */
export const SECRET = 'sk-conformance-5e8f1c2a9b7d'
export const MODEL = 'org/test-model:1'

export type LineEnd = '\n' | '\r\n' | '\r'

export interface Bench {
  server: FakeServer
  provider: Provider
  model: LanguageModel
  /** Frames as the text they are on the wire. */
  render(frames: WireFrame[], eol?: LineEnd): string
  /** The server answers with this from now on. */
  answer(answer: WireAnswer): void
  /** It streams this text, or these chunks. */
  stream(chunks: string | (string | Uint8Array)[], ending?: FakeReply['ending']): void
  refuse(fault: WireFault, options?: { message?: string; status?: number; headers?: Record<string, string> }): void
}

/** A test body with a fake server and a driver that calls it. */
export const withBench =
  (
    { create, wire }: ConformanceSubject,
    work: (bench: Bench) => Promise<void>,
    options: Partial<SubjectOptions> = {},
  ) =>
  async (): Promise<void> => {
    await using server = await startFakeServer()
    const provider = create({ url: server.url, apiKey: SECRET, timeoutMs: 20_000, idleMs: 20_000, ...options })
    const render: Bench['render'] = (frames, eol = '\n') =>
      frames.map((lines) => lines.join(eol) + eol + (wire.framing === 'sse' ? eol : '')).join('')
    const stream: Bench['stream'] = (chunks, ending = 'end') => {
      server.reply = {
        headers: { 'content-type': wire.contentType },
        chunks: typeof chunks === 'string' ? [chunks] : chunks,
        ending,
      }
    }
    await work({
      server,
      provider,
      model: provider.languageModel(MODEL),
      render,
      stream,
      answer: (answer) => stream(wire.frames(answer).map((frame) => render([frame]))),
      refuse(fault, { message = 'no.', status, headers } = {}) {
        const refusal = wire.refuse(fault, message)
        server.reply = {
          status: status ?? refusal.status,
          headers: { 'content-type': 'application/json', ...refusal.headers, ...headers },
          chunks: [refusal.body],
        }
      },
    })
  }
