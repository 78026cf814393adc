export interface LineJoiner {
  /** The message a line completes; undefined while more lines belong to it. */
  add(line: string): string | undefined
  /** A message was begun and is not complete. */
  readonly open: boolean
  /** Forgets what was begun. */
  reset(): void
}

const BLOCK = '"""'

/** One message of several lines: between `"""` and `"""`, or as long as a line ends with one backslash. */
export const joinLines = (): LineJoiner => {
  let lines: string[] = []
  let block = false
  const complete = (): string => {
    const message = lines.join('\n')
    lines = []
    block = false
    return message
  }
  return {
    get open() {
      return block || lines.length > 0
    },
    reset: () => void complete(),
    add(line) {
      let rest = line
      if (!block && lines.length === 0 && line.trimStart().startsWith(BLOCK)) {
        block = true
        rest = line.trimStart().slice(BLOCK.length)
        if (!rest) return undefined
      }
      if (block) {
        const ended = rest.trimEnd().endsWith(BLOCK)
        const text = ended ? rest.trimEnd().slice(0, -BLOCK.length) : rest
        if (text || !ended) lines.push(text)
        return ended ? complete() : undefined
      }
      if (/(^|[^\\])\\$/.test(rest)) {
        lines.push(rest.slice(0, -1))
        return undefined
      }
      lines.push(rest)
      return complete()
    },
  }
}
