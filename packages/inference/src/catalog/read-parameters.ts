import type { Sampling } from '@rt/core'
import { samplingMistake, type SamplingNumber } from '../driver-kit/sampling.ts'
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
  /** Names whose value is none they can have, with what they take. */
  wrong: Map<string, string>
}

/** Parameters as Ollama's files and manifests have them. Each has one value, `stop` several. */
export const readParameters = (values: Iterable<readonly [name: string, value: unknown]>): ReadParameters => {
  const sampling: Sampling = {}
  const preset: ReadParameters['preset'] = {}
  const ignored: string[] = []
  const wrong = new Map<string, string>()
  for (const [given, value] of values) {
    const name = given.toLowerCase()
    const number =
      typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : Number.NaN
    if (name === 'stop') preset.stop = [...(preset.stop ?? []), ...texts(value)].slice(0, MOST_STOPS)
    // -1 is the whole context there, or another seed each time, which is what there is without one.
    else if ((name === 'repeat_last_n' || name === 'seed') && number < 0) ignored.push(given)
    // -1 and -2 mean "no limit" there, which is what there is without one.
    else if (name === 'num_predict' && number <= 0) continue
    else if (Object.hasOwn(SAMPLING, name)) {
      const mistake = samplingMistake(SAMPLING[name]!, number)
      if (mistake === undefined) sampling[SAMPLING[name]!] = number
      else wrong.set(given, mistake)
    } else if (Object.hasOwn(PRESET, name)) {
      if (Number.isSafeInteger(number) && number > 0) preset[PRESET[name]!] = number
      else wrong.set(given, 'a whole number from 1 on')
    } else ignored.push(given)
  }
  return { sampling, preset, ignored, wrong }
}

const texts = (value: unknown): string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string' && one.length > 0 && one.length <= 1000)
