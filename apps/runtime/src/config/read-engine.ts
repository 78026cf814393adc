import { defined } from '../defined.ts'
import type { EngineSettings } from './engine-settings.ts'
import type { ConfigFile } from './read-file.ts'
import { camelCase, mapValues } from './to-options.ts'

type Table = Record<string, unknown>

/** `[engine.onnx]`, `[engine.gguf]` and `[engine.models]` of a file. The schema has checked every value. */
export const readEngine = (file: ConfigFile | undefined): EngineSettings => {
  const { onnx, gguf, models } = (file?.get(['engine'])?.value ?? {}) as Record<string, Table | undefined>
  return defined({
    onnx: onnx && camelCase(onnx),
    gguf: gguf && camelCase(gguf),
    models: models && mapValues(models, camelCase),
  }) as EngineSettings
}

/** Each key of a program wins over the same of the file; of a model the whole table does. */
export const overEngine = (file: EngineSettings, { onnx, gguf, models }: EngineSettings): EngineSettings => ({
  onnx: { ...file.onnx, ...defined(onnx ?? {}) },
  gguf: { ...file.gguf, ...defined(gguf ?? {}) },
  models: { ...file.models, ...defined(models ?? {}) },
})
