import { createCatalog } from '../../../catalog/index.ts'
import { createGgufEngine } from '../engine.ts'
import type { GgufEngine, GgufModel, GgufModelOptions } from '../options.ts'

/** The small model of the tests, in a host of its own. One thread: two spinning ones collapse on busy cores. */
export const loadSmollm2 = async (options: Partial<GgufModelOptions> = {}): Promise<{ engine: GgufEngine; model: GgufModel }> => {
  const { entry, files } = await createCatalog().ensure('smollm2:135m', {})
  const engine = createGgufEngine({ threads: 1 })
  const model = await engine.load({
    id: entry.name,
    path: files.model,
    contextTokens: 2048,
    ...(entry.sampling && { sampling: entry.sampling }),
    ...options,
  })
  return { engine, model }
}
