import type { Tensor } from 'onnxruntime-node'
import type { InferenceSession } from 'onnxruntime-node'
import { throwIfAborted } from '@rt/core'
import type { OnnxRuntime } from './load-runtime.ts'
import { runFailure } from './open-session.ts'
import { limitsOf, planBatches } from './plan-batches.ts'
import type { BaseSpec, RunResult } from './protocol.ts'
import type { EncodedText, TextEncoder } from './text-encoder.ts'

/** A loaded model that reads texts. */
export interface LoadedEncoder {
  runtime: OnnxRuntime
  session: InferenceSession
  encoder: TextEncoder
  spec: BaseSpec
  /** The name its output may have; else its first is taken. */
  output: string
}

/** One run of the model. `indices`: which texts its rows are. */
export interface TextRun {
  output: Tensor
  indices: number[]
  texts: EncodedText[]
}

/** What such a model may ask for. */
export const TEXT_INPUTS: readonly string[] = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids']

/**
 * Runs texts in batches of similar length, shortest first. The signal is looked at between two of them: a run itself
 * cannot be stopped.
 */
export const runTexts = async (
  loaded: LoadedEncoder,
  texts: EncodedText[],
  { signal, onRun }: { signal?: AbortSignal | undefined; onRun: (run: TextRun) => void },
): Promise<RunResult> => {
  let msPerToken = 0
  for (const indices of planBatches(
    texts.map(({ ids }) => ids.length),
    limitsOf(loaded.spec.provider.name),
  )) {
    throwIfAborted(signal)
    const batch = indices.map((index) => texts[index]!)
    const begun = performance.now()
    const output = await runBatch(loaded, batch)
    const width = Math.max(...batch.map(({ ids }) => ids.length))
    msPerToken = Math.max(msPerToken, (performance.now() - begun) / (width * batch.length))
    try {
      onRun({ output, indices, texts: batch })
    } finally {
      output.dispose()
    }
  }
  return {
    tokens: texts.reduce((sum, { ids }) => sum + ids.length, 0),
    truncated: texts.flatMap(({ truncated }, index) => (truncated ? [index] : [])),
    msPerToken,
  }
}

/** Right-padded ids in, one tensor out. */
const runBatch = async (
  { runtime, session, encoder, spec, output: wanted }: LoadedEncoder,
  texts: EncodedText[],
): Promise<Tensor> => {
  const width = Math.max(...texts.map(({ ids }) => ids.length))
  const shape = [texts.length, width]
  const fill = (pad: number, valueOf: (text: EncodedText, column: number) => number): BigInt64Array => {
    const values = new BigInt64Array(texts.length * width).fill(BigInt(pad))
    texts.forEach((text, row) => {
      for (let column = 0; column < text.ids.length; column++)
        values[row * width + column] = BigInt(valueOf(text, column))
    })
    return values
  }
  const values: Record<string, () => BigInt64Array> = {
    input_ids: () => fill(encoder.padId, ({ ids }, column) => ids[column]!),
    attention_mask: () => fill(0, () => 1),
    token_type_ids: () => fill(0, ({ types }, column) => types?.[column] ?? 0),
    position_ids: () => fill(0, (_, column) => column),
  }
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => [name, new runtime.Tensor('int64', values[name]!(), shape)]),
  )
  const output = session.outputNames.includes(wanted) ? wanted : session.outputNames[0]!
  const result = await session.run(feeds, [output]).catch((cause: unknown) => {
    throw runFailure(spec, `failed on ${texts.length} texts of ${width} tokens (maxTokens is ${spec.maxTokens})`, cause)
  })
  return result[output]!
}
