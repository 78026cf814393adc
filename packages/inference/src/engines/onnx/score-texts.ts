import { RtError } from '@rt/core'
import type { ScoreParams, ScoreResult, ScorerSpec } from './protocol.ts'
import { readFloats } from './read-floats.ts'
import { type LoadedEncoder, runTexts } from './run-texts.ts'

/** @throws RtError `model_invalid` when the model gives something else than one number for each label. */
export const scoreTexts = async (
  loaded: LoadedEncoder,
  spec: ScorerSpec,
  { texts, pair }: Pick<ScoreParams, 'texts' | 'pair'>,
  signal?: AbortSignal,
): Promise<ScoreResult> => {
  const { encoder } = loaded
  const logits = new Float32Array(texts.length * spec.labels)
  const result = await runTexts(
    loaded,
    texts.map((text) => (pair === undefined ? encoder.encode(text) : encoder.encodePair(pair, text))),
    {
      signal,
      onRun({ output, indices }) {
        const scores = readFloats(output)
        const found = `${output.type}[${output.dims.join(', ')}]`
        if (!scores || scores.length !== indices.length * spec.labels) throw wrongOutput(spec, found)
        if (!scores.every(Number.isFinite)) throw noNumber(spec.id)
        indices.forEach((index, row) =>
          logits.set(scores.subarray(row * spec.labels, (row + 1) * spec.labels), index * spec.labels),
        )
      },
    },
  )
  return { logits, ...result }
}

const wrongOutput = ({ id, labels }: ScorerSpec, found: string): RtError =>
  new RtError({
    code: 'model_invalid',
    message: `the model ${id} gives ${found} where ${labels} ${labels === 1 ? 'score' : 'scores'} a text are expected.`,
    hint: 'Check its labels, and that it was exported for sequence classification.',
  })

const noNumber = (id: string): RtError =>
  new RtError({
    code: 'model_output',
    message: `the model ${id} gave a score that is no number.`,
    hint: 'Check that the model file is whole.',
  })
