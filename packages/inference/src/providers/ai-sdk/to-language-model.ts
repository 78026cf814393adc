import { failureOf, isTerminal, type LanguageModel, RtError, type StreamPart } from '@rt/core'
import { fromV4Request } from './from-v4-request.ts'
import { gatherAnswer } from './gather-answer.ts'
import { toV4Error } from './to-v4-error.ts'
import type { V4CallOptions, V4LanguageModel, V4StreamPart } from './v4-language-model.ts'
import type { V4Warning } from './v4-shared.ts'
import { createV4StreamWriter } from './write-v4-stream.ts'

/** A model of rt as a LanguageModelV4. */
export const toLanguageModel = (model: LanguageModel, provider: string): V4LanguageModel => {
  const doStream = async (options: V4CallOptions): Promise<{ stream: ReadableStream<V4StreamPart> }> => ({
    stream: await openStream(model, options),
  })
  return {
    specificationVersion: 'v4',
    provider,
    modelId: model.id,
    // Files that are given as URLs arrive as bytes: the AI SDK fetches them.
    supportedUrls: {},
    doStream,
    doGenerate: async (options) => gatherAnswer((await doStream(options)).stream),
  }
}

/**
 * Waits for the first word of the answer: a call that fails before it can still be retried by the AI SDK, one that fails
 * later ends its stream with the error.
 */
const openStream = async (model: LanguageModel, options: V4CallOptions): Promise<ReadableStream<V4StreamPart>> => {
  const stopped = new AbortController()
  const { abortSignal } = options
  const signal = abortSignal ? AbortSignal.any([abortSignal, stopped.signal]) : stopped.signal
  const { request, warnings } = readRequest(model, options)
  const parts = model.stream(request, { signal })[Symbol.asyncIterator]()
  const first = await readBeginning(parts, warnings)
  const failure = first && isTerminal(first) && failureOf(first)
  if (failure) throw toV4Error(failure, model.id)

  const writer = createV4StreamWriter(model.id)
  const begin: V4StreamPart[] = [
    { type: 'stream-start', warnings },
    { type: 'response-metadata', modelId: model.id },
  ]
  return new ReadableStream<V4StreamPart>({
    start(controller) {
      for (const part of [...begin, ...(first ? writer.write(first) : [])]) controller.enqueue(part)
      if (!first || isTerminal(first)) controller.close()
    },
    async pull(controller) {
      // Not all parts say something to the AI SDK, and who enqueues nothing is not asked again.
      for (let written: V4StreamPart[] = []; written.length === 0;) {
        const { value: part, done } = await parts.next()
        if (done) return controller.close()
        if (part.type === 'abort') return controller.error(new DOMException(part.reason, 'AbortError'))
        written = writer.write(part)
        for (const each of written) controller.enqueue(each)
        if (isTerminal(part)) return controller.close()
      }
    },
    async cancel() {
      stopped.abort()
      await parts.return?.()
    },
  })
}

const readRequest = (model: LanguageModel, options: V4CallOptions): ReturnType<typeof fromV4Request> => {
  try {
    return fromV4Request(options, model.capabilities)
  } catch (thrown) {
    throw RtError.isInstance(thrown) ? toV4Error(thrown, model.id) : thrown
  }
}

/** Reads to the first part that says something; warnings on the way join those of the request. */
const readBeginning = async (
  parts: AsyncIterator<StreamPart>,
  warnings: V4Warning[],
): Promise<StreamPart | undefined> => {
  for (;;) {
    const { value: part, done } = await parts.next()
    if (done) return undefined
    if (part.type === 'warning') warnings.push({ type: 'other', message: part.message })
    else if (part.type !== 'start' && part.type !== 'usage') return part
  }
}
