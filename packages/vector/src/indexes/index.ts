// What stores use of the indexes.

export { chooseGraph } from './choose-graph.ts'
export { readIndexFile } from './cache-file/read-index-file.ts'
export { writeIndexFile } from './cache-file/write-index-file.ts'
export { loadDriver } from './load-driver.ts'
export { createFlat } from './flat/create-flat.ts'
export { loadFlatKernel } from './flat/kernel/load-flat-kernel.ts'
export type { FlatKernel } from './flat/kernel/kernel-types.ts'
export type { IndexMeta } from './cache-file/index-meta.ts'
export type { ChosenGraph } from './choose-graph.ts'
export type { Bitmap, FlatIndex, GraphIndex, GraphKind, GraphOptions, Precision, SlotHits } from './types.ts'
