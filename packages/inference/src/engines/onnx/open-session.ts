import { mkdirSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { RtError, toRtError } from '@rt/core'
import { identifyFile } from '@rt/node/files'
import type { InferenceSession } from 'onnxruntime-node'
import type { ProviderChoice } from '../../driver-kit/execution-provider.ts'
import type { OnnxRuntime } from './load-runtime.ts'
import type { BaseSpec } from './protocol.ts'

/**
 * Opens a model on exactly one execution provider: a list does not fall back in onnxruntime-node, it throws for the
 * first that is missing.
 *
 * @throws RtError `unsupported` where the provider cannot be had or does not take the model; `model_invalid` where the CPU
 * does not take it either.
 */
export const openSession = async (runtime: OnnxRuntime, spec: BaseSpec): Promise<InferenceSession> => {
  requireProvider(runtime, spec.provider)
  const cached = await cachedEngine(runtime, spec)
  if (cached && existsSync(cached)) {
    try {
      return await create(runtime, cached, spec)
    } catch {
      // Built for another GPU or driver: it is built anew.
      rmSync(cached, { force: true })
    }
  }
  return await create(runtime, spec.modelPath, spec, cached)
}

/** What a provider cannot do is for the next one to try; what the CPU cannot do is the model's fault. */
export const runFailure = (
  { id, provider }: Pick<BaseSpec, 'id' | 'provider'>,
  what: string,
  cause: unknown,
): RtError =>
  provider.name === 'cpu'
    ? new RtError({
        code: 'model_invalid',
        message: `the model ${id} ${what}.`,
        hint: 'Check its options and the files it was loaded from, or fetch it again: rt pull <name>.',
        cause,
      })
    : unsupported(provider, toRtError(cause).message, cause)

const requireProvider = ({ listSupportedBackends }: OnnxRuntime, provider: ProviderChoice): void => {
  if (listSupportedBackends().some(({ name }) => name === provider.name)) return
  throw unsupported(provider, 'onnxruntime-node has it not on this system')
}

const unsupported = ({ name }: ProviderChoice, why: string, cause?: unknown): RtError => {
  // An error's text goes to clients: no folders.
  const reason = why
    .replaceAll(/(?:[A-Za-z]:)?[\\/](?:[^\\/\s:]+[\\/])+/g, '')
    .trim()
    .slice(0, 500)
  return new RtError({
    code: 'unsupported',
    message: `the execution provider ${name} cannot be used: ${reason}.`,
    hint: 'rt doctor says what is missing for it. Leave it out of the providers to take the next one.',
    data: { provider: name, reason },
    cause,
  })
}

const create = (
  { InferenceSession }: OnnxRuntime,
  path: string,
  spec: BaseSpec,
  writeEngine?: string,
): Promise<InferenceSession> => {
  const { name, deviceId } = spec.provider
  return InferenceSession.create(path, {
    // webgpu refuses a device it is told.
    executionProviders: [deviceId === undefined || name === 'webgpu' || name === 'cpu' ? name : { name, deviceId }],
    intraOpNumThreads: spec.threads,
    interOpNumThreads: 1,
    // What goes wrong becomes an RtError; the library's own lines on stderr are for nobody.
    logSeverityLevel: 4,
    extra: {
      // Threads that spin while they wait take the core from the decoder beside them.
      session: { intra_op: { allow_spinning: '0' } },
      ...(writeEngine && { ep: { context_enable: '1', context_file_path: writeEngine, context_embed_mode: '1' } }),
    },
  }).catch((cause: unknown) => {
    throw runFailure(spec, 'is damaged or no ONNX model', cause)
  })
}

/** One file for each model, GPU and version of the library: an engine runs nowhere else. */
const cachedEngine = async (
  { env }: OnnxRuntime,
  { modelPath, provider: { name, deviceId = 0, cacheFolder } }: BaseSpec,
): Promise<string | undefined> => {
  if (name !== 'tensorrt' || cacheFolder === undefined) return undefined
  mkdirSync(cacheFolder, { recursive: true, mode: 0o700 })
  const key = JSON.stringify([await identifyFile(modelPath), deviceId, env.versions])
  return join(cacheFolder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.onnx`)
}
