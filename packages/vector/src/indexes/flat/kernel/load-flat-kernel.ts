import { loadUsearch } from '../../load-usearch.ts'
import { jsKernel } from './js-kernel.ts'
import type { FlatKernel } from './kernel-types.ts'
import { usearchKernel } from './usearch-kernel.ts'
import { wasmKernel } from './wasm-kernel.ts'

/** The fastest kernel that runs here. */
export const loadFlatKernel = async (): Promise<FlatKernel> => {
  const wasm = wasmKernel()
  if (wasm) return wasm
  const loaded = await loadUsearch()
  return 'usearch' in loaded ? usearchKernel(loaded.usearch) : jsKernel(loaded.missing)
}
