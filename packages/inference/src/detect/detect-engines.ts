import { basePackage, type GpuPackages, gpuPackages, installCommand } from './gpu-packages.ts'
import { LLAMA_VERSION } from './llama-version.ts'
import { createMachineProbes, type MachineProbes } from './machine-probes.ts'
import type { Problem } from './nvidia-provider.ts'
import { onnxProviderProblem } from './onnx-provider.ts'

/** One way to run models on this machine. */
export interface EngineVariant {
  engine: 'gguf' | 'onnx' | 'tensorrt'
  variant: 'cpu' | 'metal' | 'cuda' | 'vulkan' | 'webgpu' | 'coreml' | 'dml'
  available: boolean
  /** Why it is not. */
  reason?: string
  /** What to do about it; absent where nothing can be done. */
  fix?: string
}

export interface DetectEnginesOptions {
  /** Replaces what asks the machine. */
  probes?: Partial<MachineProbes>
}

/**
 * Which engines this machine can run, by packages and driver files: no native code is loaded, so that a broken driver
 * cannot harm the caller. What is named available for a GPU was not tested on hardware.
 */
export const detectEngines = async ({ probes: given }: DetectEnginesOptions = {}): Promise<EngineVariant[]> => {
  const probes = { ...createMachineProbes(), ...given }
  const gpus = gpuPackages(probes.platform, probes.arch)
  const tensorrt = await onnxProviderProblem('tensorrt', probes)
  const others = await Promise.all([
    detectLlama(probes),
    ...gpus.map((gpu) => detectLlamaGpu(probes, gpu)),
    ...onnxVariants(probes.platform).map(async (variant) =>
      result('onnx', variant, await onnxProviderProblem(variant, probes)),
    ),
  ])
  return [...others, result('tensorrt', 'cuda', tensorrt)]
}

const detectLlama = async (probes: MachineProbes): Promise<EngineVariant> => {
  const name = basePackage(probes.platform, probes.arch)
  const variant = name?.endsWith('-metal') ? 'metal' : 'cpu'
  if (name === undefined)
    return result('gguf', variant, { reason: `llama.cpp has no binary for ${probes.platform} ${probes.arch}` })
  if (probes.platform === 'linux' && !(await probes.packageVersion(name)) && !(await probes.hasGlibc()))
    return result('gguf', variant, {
      reason: "llama.cpp's binary needs glibc, and this system has another C library (musl, as Alpine has)",
      fix: 'Use a system or container image with glibc, such as Debian or Fedora.',
    })
  return result('gguf', variant, await packageProblem(probes, [name]))
}

const detectLlamaGpu = async (probes: MachineProbes, { variant, packages }: GpuPackages): Promise<EngineVariant> => {
  const driver = variant === 'cuda' ? await cudaProblem(probes) : await vulkanProblem(probes)
  return result('gguf', variant, driver ?? (await packageProblem(probes, packages)))
}

const packageProblem = async (probes: MachineProbes, packages: string[]): Promise<Problem | undefined> => {
  for (const name of packages) {
    const version = await probes.packageVersion(name)
    if (version === LLAMA_VERSION) continue
    const reason =
      version === undefined
        ? `the package ${name} is not installed`
        : `${name} ${version} is installed, and ${LLAMA_VERSION} is needed`
    return { reason, fix: installCommand(packages) }
  }
  return undefined
}

const cudaProblem = async (probes: MachineProbes): Promise<Problem | undefined> => {
  const [driver, ...runtime] =
    probes.platform === 'win32'
      ? ['nvcuda.dll', 'cudart64_', 'cublas64_']
      : ['libcuda.so', 'libcudart.so', 'libcublas.so']
  if (!(await probes.hasLibrary(driver))) {
    const inContainer = await probes.hasCommand('nvidia-smi')
    return {
      reason: `driver not found (${driver})`,
      fix: inContainer
        ? 'nvidia-smi is there: in a container, start it with the GPU (--gpus all).'
        : 'For an NVIDIA GPU, install its driver.',
    }
  }
  for (const name of runtime) {
    if (!(await probes.hasLibrary(name)))
      return { reason: `CUDA runtime not found (${name})`, fix: 'Install the CUDA toolkit, version 12 or 13.' }
  }
  return undefined
}

const vulkanProblem = async (probes: MachineProbes): Promise<Problem | undefined> => {
  const name = probes.platform === 'win32' ? 'vulkan-1.dll' : 'libvulkan.so.1'
  if (await probes.hasLibrary(name)) return undefined
  return {
    reason: `loader not found (${name})`,
    fix: 'For a GPU with Vulkan, install its driver and the Vulkan loader.',
  }
}

/** Those that another system has are no news on this one. */
const onnxVariants = (platform: NodeJS.Platform): Exclude<EngineVariant['variant'], 'metal' | 'vulkan'>[] => [
  'cpu',
  ...(platform === 'darwin' ? (['coreml'] as const) : []),
  ...(platform === 'win32' ? (['dml'] as const) : []),
  'webgpu',
  'cuda',
]

const result = (
  engine: EngineVariant['engine'],
  variant: EngineVariant['variant'],
  problem: Problem | undefined,
): EngineVariant => ({ engine, variant, available: problem === undefined, ...problem })
