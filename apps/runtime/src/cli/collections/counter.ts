/** Repaints a second, at most. */
const RATE = 10

export interface Counter {
  show(text: () => string): void
  /** Takes the line away. */
  end(): void
}

/** How far something is, in one line of a terminal; nothing elsewhere. */
export const createCounter = (stream: NodeJS.WriteStream = process.stderr): Counter => {
  let painted = 0
  return {
    show(text) {
      const now = performance.now()
      if (!stream.isTTY || now - painted < 1000 / RATE) return
      painted = now
      stream.write(`\r\u001b[2K ${text()}`)
    },
    end() {
      if (painted) stream.write('\r\u001b[2K')
    },
  }
}
