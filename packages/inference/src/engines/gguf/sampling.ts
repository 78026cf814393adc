import type { Sampling } from '@rt/core'
import { resolveSampling as resolve, type ResolvedSampling } from '../../driver-kit/sampling.ts'
import { DEFAULT_SAMPLING } from './options.ts'

export { checkNumber, checkSampling, penaltyWindow, validateRequest } from '../../driver-kit/sampling.ts'

/** Every value there is, because llama.cpp's binding has defaults of its own. */
export const resolveSampling = (request?: Sampling, model?: Sampling): ResolvedSampling =>
  resolve(DEFAULT_SAMPLING, request, model)
