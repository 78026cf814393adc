const HEAD_BYTES = 20_000
const TAIL_BYTES = 10_000

/** The beginning and the end of what is printed, however much it is: an error mostly stands at the end. */
export const createCappedText = (): { add(piece: Buffer): void; text(): string } => {
  const head: Buffer[] = []
  let headBytes = 0
  let tail = Buffer.alloc(0)
  let dropped = 0
  return {
    add(piece) {
      const room = Math.max(0, HEAD_BYTES - headBytes)
      if (room) head.push(Buffer.from(piece.subarray(0, room)))
      headBytes += Math.min(room, piece.length)
      if (piece.length <= room) return
      const joined = Buffer.concat([tail, piece.subarray(room)])
      const keep = joined.subarray(Math.max(0, joined.length - TAIL_BYTES))
      dropped += joined.length - keep.length
      tail = Buffer.from(keep)
    },
    text() {
      const first = Buffer.concat(head)
      if (!dropped) return Buffer.concat([first, tail]).toString('utf8')
      return `${first.toString('utf8')}\n[cut: ${dropped} bytes left out]\n${tail.toString('utf8')}`
    },
  }
}
