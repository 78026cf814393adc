import {
  createMessageBuilder,
  emptyUsage,
  isTerminal,
  type LanguageModel,
  type Message,
  messageText,
  type Principal,
  type RetrievedChunk,
  type Span,
  type StreamPart,
  toRtError,
} from '@rt/core'
import { cite, withEarlierCitations } from '@rt/memory'
import { runLoop } from '@rt/tools'
import type { RunParts, RunRequest } from './run-request.ts'

/**
 * The one orchestration of rt: history, retrieval, the loop, citations, commit, all under one span.
 * Never throws: it ends with exactly one terminal part, and a turn is kept only when it finished.
 */
export async function* run(request: RunRequest, parts: RunParts, signal?: AbortSignal): AsyncIterable<StreamPart> {
  const span = parts.telemetry.span('request', {
    'rt.principal': request.principal,
    'gen_ai.conversation.id': request.thread,
  })
  try {
    const turn = await prepare(request, parts, { signal, span })
    yield { type: 'start', model: turn.model.id, traceId: span.traceId }
    const last = yield* stream(request, parts, turn, { signal, span })
    span.end(last?.type === 'error' ? toRtError(last.error) : undefined)
    if (last) yield last
  } catch (error) {
    const failure = toRtError(error)
    span.end(failure)
    if (failure.code === 'aborted') yield { type: 'abort', reason: failure.message, usage: emptyUsage() }
    else yield { type: 'error', error: failure.toJSON() }
  } finally {
    span.end()
  }
}

interface Turn {
  model: LanguageModel
  /** What this turn adds to the thread. */
  fresh: Message[]
  history: Message[]
  retrieved: RetrievedChunk[]
}

interface Options {
  signal?: AbortSignal | undefined
  span: Span
}

const prepare = async (request: RunRequest, parts: RunParts, options: Options): Promise<Turn> => {
  const { principal, thread, retrieve } = request
  const fresh = thread ? newMessages(request.messages) : request.messages
  const [model, history] = await Promise.all([
    parts.router.pick(request.model, options),
    thread ? parts.threads().then((store) => store.messages(principal, thread, options)) : [],
  ])
  const query = question(fresh)
  const found = retrieve && query ? await parts.retrieve(retrieve, query, options) : []
  const retrieved = retrieve ? withEarlierCitations(query, found, history) : []
  return { model, fresh, history, retrieved }
}

/** Yields all but the terminal part, which it returns after the turn is committed. */
async function* stream(
  request: RunRequest,
  parts: RunParts,
  { model, fresh, history, retrieved }: Turn,
  options: Options,
): AsyncGenerator<StreamPart, StreamPart | undefined> {
  const { thread, principal } = request
  const builder = createMessageBuilder()
  let seen = retrieved
  const loop = runLoop(
    { ...request, model, messages: [...history, ...fresh], retrieved, assembler: parts.assembler, cacheKey: thread },
    options,
  )
  for await (const part of loop) {
    builder.add(part)
    if (part.type === 'context')
      seen = retrieved.filter(({ id }) => !part.context.trimmed.some((item) => item.id === id))
    if (!isTerminal(part)) yield part
    else if (part.type !== 'finish') return part
    else {
      for (const citation of cite(builder.text(), seen, { question: question(fresh) })) {
        const cited: StreamPart = { type: 'citation', citation }
        builder.add(cited)
        yield cited
      }
      if (thread) await commit(parts, principal, thread, [...fresh, ...builder.messages()], options)
      return part
    }
  }
  return undefined
}

/** Not under the caller's signal: an answer that was shown is kept. */
const commit = async (
  parts: RunParts,
  principal: Principal,
  thread: string,
  messages: Message[],
  { span }: Options,
): Promise<void> => {
  const threads = await parts.threads()
  await threads.append(principal, thread, messages, { traceId: span.traceId }, { span })
}

/** A client may send its whole history each time; in a thread of ours only what follows the last answer is new. */
const newMessages = (messages: Message[]): Message[] =>
  messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1)

/** What to look up. */
const question = (messages: Message[]): string => {
  const last = messages.findLast(({ role }) => role === 'user')
  return last ? messageText(last) : ''
}
