import { basename } from 'node:path'

/** The place of a file in a model that lies in several files, by its name. */
export interface SplitName {
  /** From 1. */
  part: number
  count: number
  /** File names of all parts, in order. */
  names: string[]
}

const SPLIT = /^(.+)-(\d{5})-of-(\d{5})(\.gguf)$/i
/** The largest models of the hub have some dozens. */
const MOST_PARTS = 512

/** Reads `model-00002-of-00003.gguf`; undefined for a file that is whole. */
export const parseSplitName = (path: string): SplitName | undefined => {
  const [, stem, part, count, ending] = SPLIT.exec(basename(path)) ?? []
  const [number, total] = [Number(part), Number(count)]
  if (!stem || !(total >= 1 && total <= MOST_PARTS && number >= 1 && number <= total)) return undefined
  const names = Array.from(
    { length: total },
    (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${count}${ending}`,
  )
  return { part: number, count: total, names }
}
