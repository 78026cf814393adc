import { RtError, type ModelRequest, type Sampling } from '@rt/core'

export type ResolvedSampling = Required<Sampling>

const PENALTY_WINDOW = 64

/** Values of an engine where neither request nor model says otherwise. */
export type DefaultSampling = Required<Omit<Sampling, 'seed'>>

/** Every value there is: request, else model, else engine. Without a seed every answer draws a new one. */
export const resolveSampling = (
  defaults: DefaultSampling,
  request: Sampling = {},
  model: Sampling = {},
): ResolvedSampling => ({
  ...defaults,
  ...defined(model),
  ...defined(request),
  seed: request.seed ?? model.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!,
})

/** The last tokens of the answer, which penalties look at. */
export const penaltyWindow = (answer: readonly number[]): number[] => answer.slice(-PENALTY_WINDOW)

/** @throws RtError `invalid_request` naming the field, before anything native sees the value. */
export const validateRequest = ({
  sampling = {},
  maxOutputTokens,
  stop,
  tools,
  toolChoice,
  output,
}: ModelRequest): void => {
  for (const [field, [low, high, whole]] of Object.entries(RANGES)) {
    const value = sampling[field as keyof Sampling]
    if (value !== undefined) checkNumber(`sampling.${field}`, value, { low, high, whole })
  }
  if (maxOutputTokens !== undefined)
    checkNumber('maxOutputTokens', maxOutputTokens, { low: 1, high: 2 ** 31 - 1, whole: true })
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

const RANGES: Record<keyof Sampling, [low: number, high: number, whole: boolean]> = {
  temperature: [0, 100, false],
  topP: [0, 1, false],
  topK: [0, 2 ** 31 - 1, true],
  minP: [0, 1, false],
  repeatPenalty: [0.01, 10, false],
  presencePenalty: [-10, 10, false],
  frequencyPenalty: [-10, 10, false],
  seed: [0, 2 ** 32 - 1, true],
}

/** @throws RtError `invalid_request` unless `value` is a number (whole where asked) in [low, high]. */
export const checkNumber = (
  field: string,
  value: unknown,
  { low, high, whole }: { low: number; high: number; whole: boolean },
): void => {
  const fits = typeof value === 'number' && value >= low && value <= high && (!whole || Number.isInteger(value))
  if (!fits) throw wrong(field, `a ${whole ? 'whole ' : ''}number from ${low} to ${high}`, value)
}

const wrong = (field: string, expected: string, value?: unknown): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `${field} must be ${expected}${typeof value === 'number' ? `, not ${value}` : ''}.`,
    data: { field },
  })

const defined = (sampling: Sampling): Sampling =>
  Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined && value !== null))
