import type { Sampling } from '@rt/core'
import type { SamplingNumber } from '../driver-kit/sampling.ts'
import type { ModelPreset } from './types.ts'

/** Parameters of Ollama, by the names they have here. */
const SAMPLING: Readonly<Record<string, SamplingNumber>> = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  min_p: 'minP',
  repeat_penalty: 'repeatPenalty',
  repeat_last_n: 'repeatLastTokens',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  seed: 'seed',
}
const PRESET: Readonly<Record<string, 'contextTokens' | 'maxOutputTokens'>> = {
  num_ctx: 'contextTokens',
  num_predict: 'maxOutputTokens',
}
const MOST_STOPS = 32

export interface ReadParameters {
  sampling: Sampling
  preset: Pick<ModelPreset, 'stop' | 'contextTokens' | 'maxOutputTokens'>
  /** Names without a counterpart. */
  ignored: string[]
  /** Names whose value is none they can have. */
  wrong: string[]
}

/** Parameters as Ollama's files and manifests have them. Each has one value, `stop` several. */
export const readParameters = (values: Iterable<readonly [name: string, value: unknown]>): ReadParameters => {
  const sampling: Sampling = {}
  const preset: ReadParameters['preset'] = {}
  const ignored: string[] = []
  const wrong: string[] = []
  for (const [given, value] of values) {
    const name = given.toLowerCase()
    const number =
      typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : Number.NaN
    if (name === 'stop') preset.stop = [...(preset.stop ?? []), ...texts(value)].slice(0, MOST_STOPS)
    // -1 is the whole context there.
    else if (name === 'repeat_last_n' && number < 0) ignored.push(given)
    else if (Object.hasOwn(SAMPLING, name) && Number.isFinite(number)) sampling[SAMPLING[name]!] = number
    // -1 and -2 mean "no limit" there, which is what there is without one.
    else if (Object.hasOwn(PRESET, name) && Number.isSafeInteger(number))
      Object.assign(preset, number > 0 && { [PRESET[name]!]: number })
    else (Object.hasOwn(SAMPLING, name) || Object.hasOwn(PRESET, name) ? wrong : ignored).push(given)
  }
  return { sampling, preset, ignored, wrong }
}

const texts = (value: unknown): string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string' && one.length > 0 && one.length <= 1000)
