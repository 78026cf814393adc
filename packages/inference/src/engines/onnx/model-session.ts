import { RtError } from '@rt/core'
import { embedTexts } from './embed-texts.ts'
import type { OnnxRuntime } from './load-runtime.ts'
import type { CheckedModelFile } from './model-file/check-model-file.ts'
import { openSession } from './open-session.ts'
import type { EmbedderSpec, EmbedResult, ScoreParams, ScoreResult, ScorerSpec } from './protocol.ts'
import { type LoadedEncoder, TEXT_INPUTS } from './run-texts.ts'
import { scoreTexts } from './score-texts.ts'
import { loadTextEncoder } from './text-encoder.ts'

/** One loaded model in the child. The signal is looked at between runs: a run itself cannot be stopped. */
export interface ModelSession {
  embed(texts: string[], signal?: AbortSignal): Promise<EmbedResult>
  score(params: Pick<ScoreParams, 'texts' | 'pair'>, signal?: AbortSignal): Promise<ScoreResult>
  /** Frees the weights once running calls have ended. */
  release(): Promise<void>
  /** Of the model file and those beside it. */
  readonly weightsBytes: number
  /** Of a token in the slowest run so far. */
  readonly msPerToken: number
  /** Of an embedder: length of its vectors, after the cut. */
  readonly dimensions?: number
}

/**
 * @throws RtError `model_unavailable` when a file is missing, `model_invalid` when the model is damaged, wants other
 * inputs than a text model or gives other outputs than stated, `unsupported` when its provider cannot run it.
 */
export const loadModelSession = async (
  runtime: OnnxRuntime,
  spec: EmbedderSpec | ScorerSpec,
  { weightsBytes }: Pick<CheckedModelFile, 'weightsBytes'>,
): Promise<ModelSession> => {
  const encoder = await loadTextEncoder(spec.tokenizerPath, spec.maxTokens, spec.id)
  const session = await openSession(runtime, spec)
  const output = spec.task === 'embed' ? 'last_hidden_state' : 'logits'
  const loaded: LoadedEncoder = { runtime, session, encoder, spec, output }
  const running = new Set<Promise<unknown>>()
  let msPerToken = 0
  let dimensions: number | undefined
  const track = async <T extends { msPerToken: number }>(work: Promise<T>): Promise<T> => {
    running.add(work)
    try {
      const result = await work
      msPerToken = Math.max(msPerToken, result.msPerToken)
      return result
    } finally {
      running.delete(work)
    }
  }
  const embed: ModelSession['embed'] = (texts, signal) =>
    spec.task === 'embed' ? track(embedTexts(loaded, spec, texts, signal)) : Promise.reject(otherTask(spec))
  const score: ModelSession['score'] = (params, signal) =>
    spec.task === 'score' ? track(scoreTexts(loaded, spec, params, signal)) : Promise.reject(otherTask(spec))
  try {
    const foreign = session.inputNames.find((name) => !TEXT_INPUTS.includes(name))
    if (foreign !== undefined) throw foreignInput(spec.id, foreign)
    // A first run tells whether its output is what was stated, and fills the caches.
    if (spec.task === 'embed') dimensions = (await embed([''])).vectors.length
    else await score({ texts: [''], ...(spec.pairs && { pair: '' }) })
  } catch (error) {
    await session.release()
    throw error
  }
  return {
    weightsBytes,
    ...(dimensions !== undefined && { dimensions }),
    get msPerToken() {
      return msPerToken
    },
    embed,
    score,
    async release() {
      await Promise.allSettled(running)
      await session.release()
    },
  }
}

const foreignInput = (id: string, name: string): RtError =>
  new RtError({
    code: 'model_invalid',
    message: `the model ${id} wants the input "${name.slice(0, 100)}", which a text model does not have.`,
    hint: `It may have ${TEXT_INPUTS.join(', ')}. Export it for feature extraction or sequence classification.`,
  })

const otherTask = ({ id, task }: EmbedderSpec | ScorerSpec): RtError =>
  new RtError({ code: 'internal', message: `${id} was loaded to ${task}.` })
