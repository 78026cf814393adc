import { abortable, abortError, type Clock, RtError, throwIfAborted, withTimeout } from '@rt/core'
import type { Received, Transport } from './transport.ts'
import { errorOf, networkError, notJson } from './wire-errors.ts'

export interface LinkOptions {
  /** Without a slash at its end. */
  address: string
  token: string
  transport: Transport
  clock: Clock
  idleMs: number
}

export interface LinkRequest {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  /** Text is JSON already. */
  body?: object | string
  signal?: AbortSignal | undefined
  /** It may take as long as it likes; else `idleMs` is all it has. */
  patient?: boolean
}

/** Requests to one server, with its errors as RtErrors. */
export interface Link {
  readonly address: string
  /** A whole answer, as JSON. */
  call<T>(request: LinkRequest): Promise<T>
  /** An answer line by line, read no faster than it is asked for. Ends when the answer does. */
  lines<T>(request: LinkRequest): AsyncGenerator<T>
}

export const createLink = ({ address, token, transport, clock, idleMs }: LinkOptions): Link => {
  const silent = (): RtError =>
    new RtError({
      code: 'timeout',
      message: `${address} has said nothing for ${Math.round(idleMs / 1000)} s.`,
      hint: 'It may be stopped or overloaded. Try again, or end its process.',
      data: { address },
    })
  /** Waits for what comes next; an abort wins over whatever the connection says of it. */
  const wait = async <T>(work: () => Promise<T>, signal: AbortSignal, patient?: boolean): Promise<T> => {
    try {
      throwIfAborted(signal)
      const abortably = (): Promise<T> => abortable(work(), signal)
      return await (patient ? abortably() : withTimeout(abortably, { ms: idleMs, error: silent, clock }))
    } catch (error) {
      throw signal.aborted ? abortError(signal) : networkError(address, error)
    }
  }
  const send = ({ method, path, body, patient }: LinkRequest, signal: AbortSignal): Promise<Received> =>
    wait(
      () =>
        transport({
          method,
          url: address + path,
          headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
          body: typeof body === 'object' ? JSON.stringify(body) : body,
          signal,
        }),
      signal,
      patient,
    )

  return {
    address,
    async call<T>(request: LinkRequest): Promise<T> {
      const over = new AbortController()
      const signal = either(request.signal, over)
      try {
        const { status, chunks } = await send(request, signal)
        const text = await wait(() => readText(chunks), signal, request.patient)
        if (status >= 300) throw errorOf(address, status, text)
        return parse<T>(address, text)
      } finally {
        over.abort()
      }
    },
    async *lines<T>(request: LinkRequest): AsyncGenerator<T> {
      const over = new AbortController()
      const signal = either(request.signal, over)
      let iterator: AsyncIterator<Uint8Array> | undefined
      try {
        const { status, chunks } = await send(request, signal)
        if (status >= 300) throw errorOf(address, status, await wait(() => readText(chunks), signal))
        const source = (iterator = chunks[Symbol.asyncIterator]())
        const linesOf = createLineSplitter()
        for (;;) {
          const { done, value } = await wait(() => source.next(), signal)
          if (done) break
          for (const line of linesOf(value)) yield parse<T>(address, line)
        }
      } finally {
        over.abort()
        // Not awaited: it may stand behind a read that never ends.
        iterator?.return?.().catch(() => {})
      }
    },
  }
}

const either = (given: AbortSignal | undefined, own: AbortController): AbortSignal =>
  given ? AbortSignal.any([given, own.signal]) : own.signal

const parse = <T>(address: string, text: string): T => {
  try {
    return JSON.parse(text) as T
  } catch (error) {
    throw notJson(address, error)
  }
}

const readText = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

/**
 * Lines out of pieces; empty ones are heartbeats, and what has no end yet is kept. A long line is put together once, not
 * at every piece.
 */
const createLineSplitter = (): ((chunk: Uint8Array) => string[]) => {
  const decoder = new TextDecoder()
  let open: string[] = []
  return (chunk) => {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n')
    open.push(first)
    if (others.length === 0) return []
    const lines = [open.join(''), ...others]
    open = [lines.pop()!]
    return lines.filter(Boolean)
  }
}
