import type { WireFrame } from './fake-wire.ts'

/** What had come when a stream stops: the frames before the first that says `word`. */
export const framesBefore = (frames: WireFrame[], word: string): WireFrame[] =>
  frames.slice(
    0,
    frames.findIndex((lines) => lines.join().includes(word)),
  )
