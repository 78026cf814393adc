import { createHnswDriver, type Hnswlib } from './hnsw/hnsw-driver.ts'
import { loadUsearch, whyMissing } from './load-usearch.ts'
import type { LoadDriver } from './types.ts'
import { createUsearchDriver } from './usearch/usearch-driver.ts'

/** A graph driver, or why it is not there. Never throws. */
export const loadDriver: LoadDriver = async (kind) => {
  if (kind === 'usearch') {
    const loaded = await loadUsearch()
    return 'missing' in loaded ? loaded : { driver: createUsearchDriver(loaded.usearch) }
  }
  try {
    // CommonJS, whose exports Node cannot tell beforehand.
    const { default: hnswlib } = (await import('hnswlib-node')) as unknown as { default: Hnswlib }
    return { driver: createHnswDriver(hnswlib) }
  } catch (error) {
    return { missing: whyMissing('hnswlib-node', error) }
  }
}
