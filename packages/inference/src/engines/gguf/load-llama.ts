import { registerHooks } from 'node:module'
import { RtError } from '@rt/core'
import type { Llama } from 'node-llama-cpp'

let loading: Promise<Llama> | undefined

/** Loads the native library, once a process; a failure is tried again at the next call. */
export const loadLlama = (options: { threads?: number | undefined } = {}): Promise<Llama> => {
  loading ??= load(options).catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

const load = async ({ threads }: { threads?: number | undefined }): Promise<Llama> => {
  const hooks = skipTrialRun()
  try {
    const { getLlama, LlamaLogLevel } = await import('./llama-library.ts')
    const debug = Boolean(process.env['RT_DEBUG'])
    return await getLlama({
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: debug ? LlamaLogLevel.debug : LlamaLogLevel.disabled,
      ...(threads && { maxThreads: threads }),
    })
  } catch (cause) {
    throw new RtError({
      code: 'engine_unavailable',
      message: `llama.cpp could not be loaded on ${process.platform} ${process.arch}.`,
      hint: 'Install optional dependencies (the @node-llama-cpp package of your platform), or use a remote model.',
      cause,
    })
  } finally {
    hooks.deregister()
  }
}

/**
 * On Linux node-llama-cpp first tries its binary in a process of its own, for 0.45 s. We are such a process: should the
 * binary crash, only this host dies, and its parent reports it.
 */
const skipTrialRun = (): { deregister(): void } =>
  registerHooks({
    load: (url, context, next) =>
      url.endsWith('/bindings/utils/testBindingBinary.js')
        ? { format: 'module', shortCircuit: true, source: 'export const testBindingBinary = async () => true' }
        : next(url, context),
  })
