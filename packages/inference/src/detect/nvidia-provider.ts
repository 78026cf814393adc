import type { MachineProbes } from './machine-probes.ts'

/** What stands in the way of something. */
export interface Problem {
  reason: string
  /** Absent where nothing can be done. */
  fix?: string
}

/**
 * What is missing for onnxruntime-node to compute on an NVIDIA GPU, by files alone: package, driver, libraries, provider.
 * Undefined: nothing is. Not tested on hardware.
 */
export const nvidiaProviderProblem = async (
  provider: 'cuda' | 'tensorrt',
  probes: MachineProbes,
): Promise<Problem | undefined> => {
  if (probes.platform !== 'linux' || probes.arch !== 'x64')
    return { reason: `onnxruntime-node has ${provider} on Linux x64 only` }
  if ((await probes.packageVersion('onnxruntime-node')) === undefined)
    return { reason: 'the package onnxruntime-node is not installed' }
  for (const { library, reason, fix } of provider === 'tensorrt' ? [DRIVER, ...CUDA, TENSORRT] : [DRIVER, ...CUDA])
    if (!(await probes.hasLibrary(library))) return { reason: `${reason} (${library})`, fix }
  const file = `libonnxruntime_providers_${provider}.so`
  if (await probes.hasPackageFile('onnxruntime-node', file)) return undefined
  return {
    reason: `provider library not found (${file})`,
    fix: 'Run npm rebuild onnxruntime-node: its install script fetches the library, unless ONNXRUNTIME_NODE_INSTALL=skip is set.',
  }
}

interface Library {
  library: string
  reason: string
  fix: string
}

const DRIVER: Library = {
  library: 'libcuda.so',
  reason: 'driver not found',
  fix: 'For an NVIDIA GPU, install its driver; in a container, start it with the GPU (--gpus all).',
}
const CUDA: readonly Library[] = [
  { library: 'libcudart.so', reason: 'CUDA runtime not found', fix: 'Install the CUDA toolkit, version 12 or 13.' },
  { library: 'libcudnn.so', reason: 'cuDNN not found', fix: 'Install cuDNN 9.' },
]
const TENSORRT: Library = {
  library: 'libnvinfer.so',
  reason: 'TensorRT not found',
  fix: 'Install TensorRT 10, and name its folder in LD_LIBRARY_PATH.',
}
