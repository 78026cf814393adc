import type { Readable } from 'node:stream'
import { abortError, RtError } from '@rt/core'
import { createEventParser, type ServerEvent } from '../../driver-kit/event-parser.ts'
import { readPieces } from '../../driver-kit/read-pieces.ts'
import type { Connection } from './connection.ts'
import { isObject, networkError, refusalError } from './to-error.ts'

/** How long the rest of an answer may take after it said that it is done: then its connection is of use again. */
const REST_MS = 1000

/**
 * The events of an answer, those that came together in one list, up to `[DONE]` or the end. It fails when nothing comes for
 * `idleMs` (a comment that only keeps the connection alive is a sign of life), or at once when the caller gives up.
 *
 * Not the SDK's stream: for a short answer that one takes longer than the call.
 *
 * @throws RtError what the stream says went wrong, `network`, `timeout`, `aborted`.
 */
export async function* readAnswer(
  body: Readable,
  connection: Connection,
  { model, signal }: { model: string; signal?: AbortSignal | undefined },
): AsyncGenerator<unknown[], void, undefined> {
  const { id, idleMs } = connection
  const parse = createEventParser()
  const stop = (): void => void body.destroy(abortError(signal))
  signal?.addEventListener('abort', stop, { once: true })
  // Runs only while we wait for the API, not while the reader of its events is busy.
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => void (timer = setTimeout(() => body.destroy(silent(id, idleMs)), idleMs))
  let over = false
  try {
    if (signal?.aborted) throw abortError(signal)
    wait()
    for await (const piece of readPieces(body)) {
      clearTimeout(timer)
      const { events, ending } = readPiece(parse(piece), connection, model)
      if (events.length) yield events
      over = ending === 'done'
      if (over) return
      if (ending) throw ending
      wait()
    }
    over = true
  } catch (thrown) {
    throw RtError.isInstance(thrown) ? thrown : networkError(thrown, connection)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    if (over) drain(body)
    else body.destroy()
  }
}

/** What came together: events, then perhaps what ends the answer. */
interface Piece {
  events: unknown[]
  /** `done`, or an error. */
  ending?: unknown
}

const readPiece = (all: ServerEvent[], connection: Connection, model: string): Piece => {
  const events: unknown[] = []
  for (const event of all) {
    if (event.data === '[DONE]') return { events, ending: 'done' }
    try {
      events.push(toEvent(event, connection, model))
    } catch (ending) {
      return { events, ending }
    }
  }
  return { events }
}

const toEvent = ({ name, data }: ServerEvent, connection: Connection, model: string): unknown => {
  const event = parseEvent(data, connection)
  const error = isObject(event) ? event['error'] : undefined
  if (error || name === 'error') throw refusalError({ error: error ?? event }, connection, model)
  return event
}

const parseEvent = (data: string, { id }: Connection): unknown => {
  try {
    return JSON.parse(data)
  } catch {
    throw new RtError({
      code: 'provider_error',
      message: `${id} sent an event that is not JSON.`,
      data: { provider: id },
    })
  }
}

/** Read to its end, a connection serves the next call. */
const drain = (body: Readable): void => {
  if (body.readableEnded) return
  const timer = setTimeout(() => body.destroy(), REST_MS).unref()
  body.once('close', () => clearTimeout(timer)).resume()
}

const silent = (id: string, ms: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `${id} said nothing for ${ms} ms in the middle of its answer.`,
    hint: 'Raise idleMs of the provider where it is known to pause longer.',
  })
