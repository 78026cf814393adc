import { RtError } from '@rt/core'
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
  const { dimensions, cutTo: size = dimensions } = spec
  const vectors = new Float32Array(texts.length * size)
  const result = await runTexts(
    loaded,
    texts.map((text) => loaded.encoder.encode(text)),
    {
      signal,
      onRun({ output, indices, texts: batch }) {
        const hidden = readFloats(output)
        if (!hidden || output.dims.length !== 3 || output.dims[2] !== dimensions)
          throw wrongOutput(spec.id, `${output.type}[${output.dims.join(', ')}]`, dimensions)
        const width = output.dims[1]!
        indices.forEach((index, row) =>
          pool(vectors.subarray(index * size, (index + 1) * size), {
            ...spec,
            hidden,
            width,
            row,
            length: batch[row]!.ids.length,
          }),
        )
      },
    },
  )
  return { vectors, ...result }
}

const wrongOutput = (id: string, found: string, dimensions: number): RtError =>
  new RtError({
    code: 'model_invalid',
    message: `the embedding model ${id} gives ${found} instead of vectors of ${dimensions} dimensions.`,
    hint: 'Check dimensions and the files it was loaded from, or fetch it again: rt pull <name>.',
  })
