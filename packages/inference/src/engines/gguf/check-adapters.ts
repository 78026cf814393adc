import { basename } from 'node:path'
import { RtError } from '@rt/core'
import { type GgufHeader, readGgufHeader } from '../../driver-kit/gguf/read-gguf-header.ts'
import type { GgufAdapter } from './options.ts'
import { checkNumber } from './sampling.ts'

/**
 * Rejects files that are no LoRA for a model, before native code reads them.
 *
 * @throws RtError `invalid_request`, `model_not_found`, `model_invalid`.
 */
export const checkAdapters = async (id: string, adapters: readonly GgufAdapter[], base: GgufHeader): Promise<void> => {
  for (const { path, scale = 1 } of adapters) {
    const name = `the adapter ${basename(path)} of the model "${id}"`
    checkNumber('adapters.scale', scale, { low: -100, high: 100, whole: false })
    const { metadata } = await readGgufHeader(path).catch((cause: unknown) => {
      if (RtError.isInstance(cause)) throw cause
      throw new RtError({
        code: 'model_not_found',
        message: `${name} cannot be opened (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
        hint: 'Put the file there, or load the model without it.',
        cause,
      })
    })
    const [kind, type] = [metadata.get('general.type'), metadata.get('adapter.type')]
    if (kind !== 'adapter' || type !== 'lora')
      throw invalid(`${name} is ${kind === 'adapter' ? 'of another kind than LoRA' : 'a GGUF file and no adapter'}.`)
    const [expected, found] = [base.metadata.get(ARCHITECTURE), metadata.get(ARCHITECTURE)]
    if (found !== expected)
      throw invalid(`${name} was made for another architecture than that of the model, ${String(expected)}.`)
  }
}

const ARCHITECTURE = 'general.architecture'

const invalid = (message: string): RtError =>
  new RtError({
    code: 'model_invalid',
    message,
    hint: 'Take a LoRA in GGUF form that was made for this model (convert_lora_to_gguf.py of llama.cpp).',
  })
