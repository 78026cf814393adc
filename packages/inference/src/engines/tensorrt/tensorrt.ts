import { isAbsolute } from 'node:path'
import { RtError } from '@rt/core'
import type { ProviderChoice } from '../../driver-kit/execution-provider.ts'

export interface TensorrtOptions {
  /** Which GPU. Default: the first. */
  deviceId?: number
  /**
   * Folder for engines that were built for this GPU, which is made when it is not there: a model starts in seconds then
   * instead of minutes. Whoever can write there decides what runs. Default: an engine is built at each start.
   */
  cacheFolder?: string
}

/**
 * TensorRT for `providers` of `createOnnxEngine`: `providers: [tensorrt({ deviceId: 1 }), 'cuda', 'cpu']`. Not tested on
 * hardware.
 *
 * @throws RtError `unsupported` for any other option of TensorRT, since onnxruntime-node hands on nothing but the device;
 * `invalid_request` for a value out of range.
 */
export const tensorrt = (options: TensorrtOptions = {}): ProviderChoice => {
  const { deviceId, cacheFolder, ...others } = options
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw unsupported(unknown)
  if (deviceId !== undefined && (!Number.isSafeInteger(deviceId) || deviceId < 0))
    throw invalid('deviceId', `a whole number from 0, not ${deviceId}`)
  if (cacheFolder !== undefined && !isAbsolute(cacheFolder)) throw invalid('cacheFolder', 'an absolute path')
  return { name: 'tensorrt', deviceId, cacheFolder }
}

const PRECISION = /fp16|fp8|int8|int4|bf16|precision/i

const unsupported = (name: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `TensorRT's option "${name}" cannot be set: onnxruntime-node hands on the device alone.`,
    hint: PRECISION.test(name)
      ? 'Precision comes from the model file: export it in fp16, or quantized with QDQ nodes.'
      : 'There are deviceId and cacheFolder. A server with all options (Triton, TensorRT-LLM) is reached through the providers kserve and openai.',
    data: { option: name },
  })

const invalid = (field: string, expected: string): RtError =>
  new RtError({ code: 'invalid_request', message: `${field} of tensorrt must be ${expected}.`, data: { field } })
