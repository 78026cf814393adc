export interface ServerEvent {
  /** What `event:` says. */
  name?: string | undefined
  data: string
}

/**
 * Server-sent events out of pieces of any size: lines that end in LF, CRLF or CR. Call it with each piece; it returns the
 * events that the piece completes, so that what arrived together is handled together.
 */
export const createEventParser = (): ((piece: Uint8Array) => ServerEvent[]) => {
  const decoder = new TextDecoder()
  let buffer = ''
  /** Up to here no line ends. */
  let searched = 0
  let data: string[] = []
  let name: string | undefined
  let afterReturn = false

  return (piece) => {
    const events: ServerEvent[] = []
    buffer += decoder.decode(piece, { stream: true })
    // A CR that ended the last piece ended a line there; an LF right after it belongs to it.
    if (afterReturn && buffer) {
      if (buffer.startsWith('\n')) buffer = buffer.slice(1)
      afterReturn = false
    }
    const hasReturns = buffer.includes('\r', searched)
    let start = 0
    for (;;) {
      const end = endOfLine(buffer, Math.max(start, searched), hasReturns)
      if (end < 0) break
      const wide = buffer.startsWith('\r\n', end)
      afterReturn = buffer[end] === '\r' && end + 1 === buffer.length
      const line = buffer.slice(start, end)
      start = end + (wide ? 2 : 1)
      if (line.startsWith('data:')) data.push(valueOf(line, 5))
      else if (line.startsWith('event:')) name = valueOf(line, 6)
      else if (line === '') {
        if (data.length > 0) events.push({ name, data: data.length === 1 ? data[0]! : data.join('\n') })
        data = []
        name = undefined
      }
    }
    buffer = buffer.slice(start)
    searched = buffer.length
    return events
  }
}

const valueOf = (line: string, from: number): string => line.slice(line[from] === ' ' ? from + 1 : from)

const endOfLine = (text: string, from: number, hasReturns: boolean): number => {
  const feed = text.indexOf('\n', from)
  if (!hasReturns) return feed
  const back = text.indexOf('\r', from)
  return feed < 0 || (back >= 0 && back < feed) ? back : feed
}
