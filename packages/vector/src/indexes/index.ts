// What stores use of the indexes.

export { createFlat } from './flat/create-flat.ts'
export { loadFlatKernel } from './flat/kernel/load-flat-kernel.ts'
export type { FlatKernel } from './flat/kernel/kernel-types.ts'
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
