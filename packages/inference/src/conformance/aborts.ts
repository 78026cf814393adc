import { withBench } from './bench.ts'
import type { ConformanceSubject } from './conformance-subject.ts'
import { framesBefore } from './frames-before.ts'
import { ask, gather } from './gather.ts'
import type { TestFunctions } from './test-functions.ts'

/** A caller that gives up. */
export const abortsConformance = (subject: ConformanceSubject, { describe, it, expect }: TestFunctions): void => {
  const { wire } = subject

  describe(`${subject.name}: aborts`, () => {
    it(
      'sends nothing for a call that was given up before it began',
      withBench(subject, async ({ server, model }) => {
        const { terminal } = await gather(model, { signal: AbortSignal.abort() })
        expect(terminal.type).toBe('abort')
        expect(server.requests.length).toBe(0)
      }),
    )

    it(
      'hangs up while it waits for the answer',
      withBench(subject, async ({ server, model }) => {
        server.reply = { silent: true }
        const caller = new AbortController()
        const arrived = server.next()
        const gathered = gather(model, { signal: caller.signal })
        const request = await arrived
        caller.abort()
        expect((await gathered).terminal.type).toBe('abort')
        expect(await request.closed).toBe('by-client')
      }),
    )

    it(
      'hangs up in the middle of the answer, and keeps what had come',
      withBench(subject, async ({ server, model, render, stream }) => {
        stream(render(framesBefore(wire.frames({ text: ['first', 'never'] }), 'never')), 'hang')
        const caller = new AbortController()
        const arrived = server.next()
        const { text, terminal } = await gather(model, {
          signal: caller.signal,
          onPart: (part) => part.type === 'text-delta' && caller.abort(),
        })
        expect(text).toBe('first')
        expect(terminal.type).toBe('abort')
        expect(await (await arrived).closed).toBe('by-client')
      }),
    )

    it(
      'hangs up when nobody reads on',
      withBench(subject, async ({ server, model, render, stream }) => {
        stream(render(framesBefore(wire.frames({ text: ['first', 'never'] }), 'never')), 'hang')
        const arrived = server.next()
        for await (const part of model.stream(ask())) if (part.type === 'text-delta') break
        expect(await (await arrived).closed).toBe('by-client')
      }),
    )

    if (wire.embeddings)
      it(
        'hangs up on embeddings',
        withBench(subject, async ({ server, provider }) => {
          server.reply = { silent: true }
          const caller = new AbortController()
          const arrived = server.next()
          const embedded = provider.embeddingModel!('e').embed(['x'], { signal: caller.signal })
          const rejected = expect(embedded).rejects.toMatchObject({ code: 'aborted' })
          const request = await arrived
          caller.abort()
          await rejected
          expect(await request.closed).toBe('by-client')
        }),
      )
  })
}
