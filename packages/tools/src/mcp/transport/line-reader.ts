/**
 * Cuts bytes into lines without ever holding more than one that is too long.
 *
 * @param onLong told once a line is longer than `maxBytes`; nothing is read after it.
 */
export const createLineReader = (
  maxBytes: number,
  { onLine, onLong }: { onLine: (line: string) => void; onLong: () => void },
): ((chunk: Uint8Array) => void) => {
  let held: Uint8Array[] = []
  let size = 0
  let isOver = false
  return (chunk) => {
    let rest = chunk
    while (!isOver) {
      const end = rest.indexOf(10)
      const piece = end === -1 ? rest : rest.subarray(0, end)
      size += piece.length
      if (size > maxBytes) {
        isOver = true
        held = []
        onLong()
        return
      }
      held.push(piece)
      if (end === -1) return
      const line = Buffer.concat(held).toString('utf8')
      held = []
      size = 0
      rest = rest.subarray(end + 1)
      onLine(line)
    }
  }
}
