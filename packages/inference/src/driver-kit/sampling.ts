import { type DrySampling, RtError, type ModelRequest, type Sampling } from '@rt/core'

/** Without `lastTokens` all of the answer is searched. */
type ResolvedDry = Required<Omit<DrySampling, 'lastTokens'>> & Pick<DrySampling, 'lastTokens'>

export type ResolvedSampling = Required<Omit<Sampling, 'dry'>> & { dry: ResolvedDry }

/** Values of an engine where neither request nor model says otherwise. */
export type DefaultSampling = Omit<ResolvedSampling, 'seed'>

/** Sampling values that are one number each. */
export type SamplingNumber = Exclude<keyof Sampling, 'xtc' | 'dry' | 'logitBias'>

/** What changes nothing until a request says so. */
export const SAMPLING_OFF: Pick<DefaultSampling, 'repeatLastTokens' | 'xtc' | 'dry' | 'logitBias'> = {
  repeatLastTokens: 64,
  xtc: { probability: 0, threshold: 0.1 },
  dry: { multiplier: 0, base: 1.75, allowedLength: 2, sequenceBreakers: ['\n', ':', '"', '*'] },
  logitBias: [],
}

/** Every value there is: request, else model, else engine. Without a seed every answer draws a new one. */
export const resolveSampling = (
  defaults: DefaultSampling,
  request: Sampling = {},
  model: Sampling = {},
): ResolvedSampling => ({
  ...defaults,
  ...defined(model),
  ...defined(request),
  dry: { ...defaults.dry, ...defined(model.dry), ...defined(request.dry) },
  seed: request.seed ?? model.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!,
})

/** The last tokens of the answer, which penalties look at. */
export const penaltyWindow = (answer: readonly number[], lastTokens: number): number[] =>
  lastTokens > 0 ? answer.slice(-lastTokens) : []

/** Of a request, and of a model, whose own values go to native code as well. Throws as {@link validateRequest} does. */
export const checkSampling = (sampling: Sampling): void => {
  for (const field of Object.keys(RANGES) as SamplingNumber[]) {
    const value = sampling[field]
    if (value !== undefined) checkNumber(`sampling.${field}`, value, RANGES[field])
  }
  checkXtc(sampling)
  checkDry(sampling)
  checkLogitBias(sampling)
}

/** Undefined when the value can have it, else what it must be: `a number from 0 to 1`. */
export const samplingMistake = (field: SamplingNumber, value: number): string | undefined =>
  isWithin(RANGES[field], value) ? undefined : describeRange(RANGES[field])

/** @throws RtError `invalid_request` naming the field, before anything native sees the value. */
export const validateRequest = ({
  sampling = {},
  maxOutputTokens,
  stop,
  logprobs,
  tools,
  toolChoice,
  output,
}: ModelRequest): void => {
  checkSampling(sampling)
  if (maxOutputTokens !== undefined)
    checkNumber('maxOutputTokens', maxOutputTokens, { low: 1, high: 2 ** 31 - 1, whole: true })
  if (logprobs !== undefined) checkNumber('logprobs.top', logprobs?.top, { low: 0, high: 20, whole: true })
  if (
    stop !== undefined &&
    (stop.length > 64 || stop.some((text) => typeof text !== 'string' || text === '' || text.length > 1000))
  )
    throw wrong('stop', 'up to 64 texts of 1 to 1000 characters')
  if (tools?.length && toolChoice !== 'none' && output?.type === 'grammar')
    throw new RtError({
      code: 'unsupported',
      message: 'output grammar together with tools is not possible: calls follow a grammar of their own.',
      hint: 'Use toolChoice "none", or leave the tools out.',
    })
}

/** So that a scan of the vocabulary for each, which the native code makes, stays short. */
const MOST_BREAKERS = 16
const MOST_BIASES = 1024

const checkXtc = ({ xtc }: Sampling): void => {
  if (xtc === undefined) return
  const share = { low: 0, high: 1, whole: false }
  checkNumber('sampling.xtc.probability', xtc?.probability, share)
  checkNumber('sampling.xtc.threshold', xtc?.threshold, share)
}

const checkDry = ({ dry }: Sampling): void => {
  if (dry === undefined) return
  checkNumber('sampling.dry.multiplier', dry?.multiplier, { low: 0, high: 100, whole: false })
  const { base, allowedLength, lastTokens, sequenceBreakers: breakers } = dry
  if (base !== undefined) checkNumber('sampling.dry.base', base, { low: 1, high: 100, whole: false })
  if (allowedLength !== undefined)
    checkNumber('sampling.dry.allowedLength', allowedLength, { low: 1, high: MOST_LAST_TOKENS, whole: true })
  if (lastTokens !== undefined)
    checkNumber('sampling.dry.lastTokens', lastTokens, { low: 0, high: MOST_LAST_TOKENS, whole: true })
  if (breakers === undefined) return
  const fits = Array.isArray(breakers) && breakers.length <= MOST_BREAKERS && breakers.every(isShortText)
  if (!fits) throw wrong('sampling.dry.sequenceBreakers', `up to ${MOST_BREAKERS} texts of 1 to 100 characters`)
}

const checkLogitBias = ({ logitBias: biases }: Sampling): void => {
  if (biases === undefined) return
  const fits = Array.isArray(biases) && biases.length <= MOST_BIASES
  if (!fits) throw wrong('sampling.logitBias', `a list of up to ${MOST_BIASES} tokens`)
  for (const [index, one] of biases.entries()) {
    const at = `sampling.logitBias[${index}]`
    if (typeof one?.token === 'number')
      checkNumber(`${at}.token`, one.token, { low: 0, high: 2 ** 31 - 1, whole: true })
    else if (!isShortText(one?.token)) throw wrong(`${at}.token`, 'the number of a token, or 1 to 100 characters')
    checkNumber(`${at}.bias`, one.bias, { low: -100, high: 100, whole: false })
  }
}

const isShortText = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.length <= 100

/** Memory is kept for each of them. */
const MOST_LAST_TOKENS = 2 ** 20

const RANGES: Readonly<Record<SamplingNumber, NumberRange>> = {
  temperature: { low: 0, high: 100, whole: false },
  topP: { low: 0, high: 1, whole: false },
  topK: { low: 0, high: 2 ** 31 - 1, whole: true },
  minP: { low: 0, high: 1, whole: false },
  repeatPenalty: { low: 0.01, high: 10, whole: false },
  presencePenalty: { low: -10, high: 10, whole: false },
  frequencyPenalty: { low: -10, high: 10, whole: false },
  repeatLastTokens: { low: 0, high: MOST_LAST_TOKENS, whole: true },
  seed: { low: 0, high: 2 ** 32 - 1, whole: true },
}

/** @throws RtError `invalid_request` unless `value` is a number (whole where asked) in [low, high]. */
export const checkNumber = (field: string, value: unknown, range: NumberRange): void => {
  if (!isWithin(range, value)) throw wrong(field, describeRange(range), value)
}

interface NumberRange {
  low: number
  high: number
  whole: boolean
}

const isWithin = ({ low, high, whole }: NumberRange, value: unknown): boolean =>
  typeof value === 'number' && value >= low && value <= high && (!whole || Number.isInteger(value))

const describeRange = ({ low, high, whole }: NumberRange): string =>
  `a ${whole ? 'whole ' : ''}number from ${low} to ${high}`

const wrong = (field: string, expected: string, value?: unknown): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `${field} must be ${expected}${typeof value === 'number' ? `, not ${value}` : ''}.`,
    data: { field },
  })

const defined = <T extends object>(values: T | undefined): Partial<T> =>
  Object.fromEntries(
    Object.entries(values ?? {}).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<T>
