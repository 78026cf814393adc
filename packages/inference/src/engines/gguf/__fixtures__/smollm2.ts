import { createCatalog } from '../../../catalog/index.ts'
import { createGgufEngine } from '../engine.ts'
import type { GgufEngine, GgufModel, GgufModelOptions } from '../options.ts'

export interface LoadedSmollm2 {
  engine: GgufEngine
  model: GgufModel
  /** One more handle in the same host. */
  load(options?: Partial<GgufModelOptions>): Promise<GgufModel>
}

/** The small model of the tests, in a host of its own. One thread: two spinning ones collapse on busy cores. */
export const loadSmollm2 = async (options: Partial<GgufModelOptions> = {}): Promise<LoadedSmollm2> => {
  const { entry, files } = await createCatalog().ensure('smollm2:135m', {})
  const engine = createGgufEngine({ threads: 1 })
  const load: LoadedSmollm2['load'] = (more = {}) =>
    engine.load({
      id: entry.name,
      path: files.model,
      contextTokens: 2048,
      ...(entry.sampling && { sampling: entry.sampling }),
      ...more,
    })
  return { engine, model: await load(options), load }
}
