/**
 * The `data` of server-sent events, as they come: lines that end in LF, CRLF or CR, in pieces of any size.
 */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let buffer = ''
  /** Up to here no line ends. */
  let searched = 0
  let data: string[] = []
  let afterReturn = false

  for await (const chunk of chunks) {
    buffer += decoder.decode(chunk, { stream: true })
    // A CR that ended the last piece ended a line there; an LF right after it belongs to it.
    if (afterReturn && buffer) {
      if (buffer.startsWith('\n')) buffer = buffer.slice(1)
      afterReturn = false
    }
    for (;;) {
      const end = indexOfEnd(buffer, searched)
      if (end < 0) {
        searched = buffer.length
        break
      }
      const line = buffer.slice(0, end)
      const wide = buffer.startsWith('\r\n', end)
      afterReturn = buffer[end] === '\r' && end + 1 === buffer.length
      buffer = buffer.slice(end + (wide ? 2 : 1))
      searched = 0
      if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
      else if (line === '' && data.length > 0) {
        yield data.join('\n')
        data = []
      }
    }
  }
}

const indexOfEnd = (text: string, from: number): number => {
  const feed = text.indexOf('\n', from)
  const back = text.indexOf('\r', from)
  return feed < 0 || (back >= 0 && back < feed) ? back : feed
}
