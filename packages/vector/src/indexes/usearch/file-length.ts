import type { FileReader } from '../file-reader.ts'

const MATRIX_BYTES = 8
const HEAD_BYTES = 64
const GRAPH_HEAD_BYTES = 40
/** Key and level, before the lists of neighbours. */
const NODE_HEAD_BYTES = 10

/**
 * How long a file has to be that usearch wrote: a matrix of vectors, a head, the head of the graph, a level a node, the
 * nodes. Usearch looks at what each write says, but not at what closing the file says, where a full disk shows.
 */
export const usearchFileLength = (read: FileReader): number | undefined => {
  const matrix = read(0, MATRIX_BYTES)
  if (!matrix) return undefined
  const vectors = matrix.getUint32(0, true) * matrix.getUint32(4, true)
  const graphAt = MATRIX_BYTES + vectors + HEAD_BYTES
  const head = read(graphAt, GRAPH_HEAD_BYTES)
  if (!head) return undefined
  const [nodes, connectivity, baseConnectivity] = [0, 8, 16].map((at) => Number(head.getBigUint64(at, true))) as [
    number,
    number,
    number,
  ]
  const levelsAt = graphAt + GRAPH_HEAD_BYTES
  const levels = read(levelsAt, nodes * 2)
  if (!levels) return undefined
  let above = 0
  for (let node = 0; node < nodes; node++) above += levels.getInt16(node * 2, true)
  const list = (neighbours: number): number => 4 + 4 * neighbours
  return levelsAt + nodes * (2 + NODE_HEAD_BYTES + list(baseConnectivity)) + above * list(connectivity)
}

/** Places for entries in a file, also those whose entry was removed. */
export const usearchPlaces = (read: FileReader): number | undefined => read(0, MATRIX_BYTES)?.getUint32(0, true)
