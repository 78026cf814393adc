import type { ExecutionProvider } from '../driver-kit/execution-provider.ts'
import type { MachineProbes } from './machine-probes.ts'
import { nvidiaProviderProblem, type Problem } from './nvidia-provider.ts'

/** Where the binaries of onnxruntime-node have a provider at all: its README, 1.30. */
const HAS: Partial<Record<ExecutionProvider, (machine: Pick<MachineProbes, 'platform' | 'arch'>) => boolean>> = {
  coreml: ({ platform }) => platform === 'darwin',
  dml: ({ platform }) => platform === 'win32',
  webgpu: ({ platform, arch }) => platform !== 'linux' || arch === 'x64',
}

const NAMES: Partial<Record<ExecutionProvider, string>> = {
  coreml: 'CoreML on macOS only',
  dml: 'DirectML on Windows only',
  webgpu: 'WebGPU on Windows, macOS and Linux x64 only',
}

/**
 * What keeps a provider of onnxruntime-node from computing here, by files alone; undefined where nothing is seen that would.
 * Only the CPU was tested on hardware.
 */
export const onnxProviderProblem = async (
  provider: ExecutionProvider,
  probes: MachineProbes,
): Promise<Problem | undefined> => {
  if (provider === 'cuda' || provider === 'tensorrt') return nvidiaProviderProblem(provider, probes)
  if ((await probes.packageVersion('onnxruntime-node')) === undefined)
    return {
      reason: 'the package onnxruntime-node is not installed',
      // Its install script fetches CUDA libraries on Linux x64, and fails the install where it cannot.
      fix: `${probes.platform === 'linux' ? 'ONNXRUNTIME_NODE_INSTALL=skip ' : ''}npm install onnxruntime-node`,
    }
  if (HAS[provider]?.(probes) === false) return { reason: `onnxruntime-node has ${NAMES[provider]}` }
  if (provider !== 'webgpu' || probes.platform !== 'linux' || (await probes.hasLibrary(VULKAN))) return undefined
  return {
    reason: `loader not found (${VULKAN})`,
    fix: 'For a GPU with Vulkan, install its driver and the Vulkan loader.',
  }
}

const VULKAN = 'libvulkan.so.1'
