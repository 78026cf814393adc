// What stores use of the indexes.

export { chooseGraph } from './choose-graph.ts'
export { readIndexFile } from './cache-file/read-index-file.ts'
export { removeIndexFiles, savedIndexes } from './cache-file/remove-index-files.ts'
export { writeIndexFile } from './cache-file/write-index-file.ts'
export { loadDriver } from './load-driver.ts'
export { toSlots } from './graph-input.ts'
export { createFlat } from './flat/create-flat.ts'
export { loadFlatKernel } from './flat/kernel/load-flat-kernel.ts'
export type { FlatKernel } from './flat/kernel/kernel-types.ts'
export type { IndexMeta } from './cache-file/index-meta.ts'
export type { ChosenGraph } from './choose-graph.ts'
export type {
  Bitmap,
  FlatIndex,
  GraphDriver,
  GraphIndex,
  GraphKind,
  GraphOptions,
  LoadDriver,
  Precision,
  SlotHits,
} from './types.ts'
