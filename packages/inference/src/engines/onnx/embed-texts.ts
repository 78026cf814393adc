import { RtError } from '@rt/core'
import { cutTooLong } from './cut-too-long.ts'
import { pool } from './pool.ts'
import type { EmbedderSpec, EmbedResult } from './protocol.ts'
import { readFloats } from './read-floats.ts'
import { type LoadedEncoder, runTexts } from './run-texts.ts'

/** @throws RtError `model_invalid` when the model gives something else than hidden states of its dimensions. */
export const embedTexts = async (
  loaded: LoadedEncoder,
  spec: EmbedderSpec,
  texts: string[],
  signal?: AbortSignal,
): Promise<EmbedResult> => {
  let vectors = new Float32Array()
  const result = await runTexts(
    loaded,
    texts.map((text) => loaded.encoder.encode(text)),
    {
      signal,
      onRun({ output, indices, texts: batch }) {
        const hidden = readFloats(output)
        const [, width, dimensions] = output.dims
        const isVectors = hidden && output.dims.length === 3 && dimensions === (spec.dimensions ?? dimensions)
        if (!isVectors) throw wrongOutput(spec, `${output.type}[${output.dims.join(', ')}]`)
        const size = spec.cutTo ?? dimensions!
        if (size > dimensions!) throw cutTooLong(spec.id, size, dimensions!)
        if (vectors.length === 0) vectors = new Float32Array(texts.length * size)
        indices.forEach((index, row) =>
          pool(vectors.subarray(index * size, (index + 1) * size), {
            ...spec,
            hidden,
            width: width!,
            dimensions: dimensions!,
            row,
            length: batch[row]!.ids.length,
          }),
        )
      },
    },
  )
  return { vectors, ...result }
}

const wrongOutput = ({ id, dimensions }: EmbedderSpec, found: string): RtError =>
  new RtError({
    code: 'model_invalid',
    message: `the embedding model ${id} gives ${found} instead of vectors${dimensions ? ` of ${dimensions} dimensions` : ''}.`,
    hint: 'Check dimensions and the files it was loaded from, or fetch it again: rt pull <name>.',
  })
