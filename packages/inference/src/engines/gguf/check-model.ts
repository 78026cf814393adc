import { basename } from 'node:path'
import { RtError } from '@rt/core'
import { type GgufModelFiles, readGgufModel } from '../../driver-kit/gguf/read-gguf-model.ts'

/** Reads what a model's file says of itself, and refuses damaged ones before native code sees them. */
export const checkModel = async ({ id, path }: { id: string; path: string }): Promise<GgufModelFiles> => {
  try {
    return await readGgufModel(path, `${basename(path)} of the model "${id}"`)
  } catch (cause) {
    if (RtError.isInstance(cause)) throw cause
    throw new RtError({
      code: 'model_not_found',
      message: `the file ${basename(path)} of the model "${id}" cannot be opened (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      hint: 'Check the path, or fetch the model again.',
      cause,
    })
  }
}
