import {
  abortable,
  createMessageBuilder,
  emptyUsage,
  failureOf,
  isTerminal,
  type LanguageModel,
  type Message,
  type Principal,
  type PrivacyLabel,
  type RetrievedChunk,
  RtError,
  type Span,
  type StreamPart,
  type TerminalPart,
  toRtError,
} from '@rt/core'
import { cite, withEarlierCitations } from '@rt/memory'
import { runLoop } from '@rt/tools'
import { fillIn } from './fill-in.ts'
import { labelOf } from './label-of.ts'
import { newMessages, question } from './new-messages.ts'
import type { Retrieval, RunParts, RunRequest } from './run-request.ts'
import { withLabel } from './with-label.ts'
import { withProvenance } from './with-provenance.ts'

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
    yield { type: 'start', model: turn.model.id, traceId: span.traceId, ...(request.runId && { run: request.runId }) }
    if (turn.isAnswered) return yield { type: 'finish', finishReason: 'stop', usage: request.resume!.usage }
    for (const warning of request.warnings ?? []) yield { type: 'warning', ...warning }
    if (turn.retrieval.warning) yield { type: 'warning', ...turn.retrieval.warning }
    const last = yield* stream(fillIn(request, turn.model, parts.brings?.(turn.model.id)), parts, turn, {
      signal,
      span,
    })
    span.end(failureOf(last))
    yield last
  } catch (error) {
    const failure = toRtError(error)
    span.end(failure)
    if (failure.code === 'aborted') yield { type: 'abort', reason: failure.message, usage: emptyUsage() }
    else yield { type: 'error', error: failure.toJSON() }
  } finally {
    // Its reader may have left early.
    span.end()
  }
}

interface Turn {
  model: LanguageModel
  /** What this turn adds to the thread. */
  fresh: Message[]
  /** What it sends: instructions, the thread, then what is fresh. */
  messages: Message[]
  /** Of what it sends. */
  label: PrivacyLabel | undefined
  retrieval: Retrieval
  /** Its process ended after the answer was kept. */
  isAnswered: boolean
}

interface Options {
  signal?: AbortSignal | undefined
  span: Span
}

const prepare = async (request: RunRequest, parts: RunParts, options: Options): Promise<Turn> => {
  const { principal, thread, retrieve } = request
  const given = withLabel(request.messages, request.label)
  const { instructions, fresh } = thread ? newMessages(given) : { instructions: [], fresh: given }
  const [model, history] = await Promise.all([
    // Loading a model may take long and serves others too: it goes on, we do not wait.
    abortable(parts.router.pick(request.model, options), options.signal),
    thread ? parts.threads().then((store) => store.messages(principal, thread, options)) : [],
  ])
  const messages = [...instructions, ...history, ...fresh]
  const label = labelOf(messages)
  const query = question(fresh)
  // A question in a conversation that must stay here is about what was said in it.
  const found =
    retrieve && query ? await parts.retrieve(retrieve, query, { ...options, principal, label }) : { passages: [] }
  const passages = retrieve ? withEarlierCitations(query, found.passages, history) : []
  const isAnswered = request.resume !== undefined && history.some(({ id }) => id === fresh[0]?.id)
  return { model, fresh, messages, label, retrieval: { ...found, passages }, isAnswered }
}

/** Yields all but the terminal part, which it returns after the turn is committed. */
async function* stream(
  request: RunRequest,
  { assembler, selector, guard, policy, threads }: RunParts,
  { model, fresh, messages, label: given, retrieval: { passages } }: Turn,
  options: Options,
): AsyncGenerator<StreamPart, TerminalPart> {
  const { thread, principal, resume } = request
  const builder = createMessageBuilder()
  let seen: RetrievedChunk[] = passages
  let label = given ?? resume?.label
  const loop = runLoop(
    { ...request, model, messages, retrieved: passages, assembler, selector, guard, policy, cacheKey: thread },
    options,
  )
  for await (const part of loop) {
    builder.add(part)
    if (part.type === 'context') {
      seen = passages.filter(({ id }) => !part.context.trimmed.some((item) => item.id === id))
      label ??= labelOf(seen)
      options.span.set({ 'rt.label': label })
    }
    if (!isTerminal(part)) yield part
    // One that waits is kept as a run; its thread gets it when it ends.
    else if (part.type !== 'finish' || part.finishReason === 'approval') return part
    else {
      for (const citation of cite(builder.text(), seen, { question: question(fresh) })) {
        const cited: StreamPart = { type: 'citation', citation }
        builder.add(cited)
        yield cited
      }
      if (thread) {
        const answer = [...(resume?.written ?? []), ...builder.messages()]
        const kept = [...fresh, ...withProvenance(answer, { label, passages: seen })]
        await commit(threads, principal, thread, kept, options)
      }
      return part
    }
  }
  throw new RtError({ code: 'internal', message: 'the loop ended without a terminal part.' })
}

/** Not under the caller's signal: an answer that was shown is kept. */
const commit = async (
  threads: RunParts['threads'],
  principal: Principal,
  thread: string,
  messages: Message[],
  { span }: Options,
): Promise<void> => (await threads()).append(principal, thread, messages, { traceId: span.traceId }, { span })
