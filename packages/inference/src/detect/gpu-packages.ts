import { LLAMA_VERSION } from './llama-version.ts'

/** What a user installs to run GGUF models on a GPU. Not tested on hardware. */
export interface GpuPackages {
  variant: 'cuda' | 'vulkan'
  packages: string[]
  /** Adds them, in the folder where rt is installed. */
  command: string
}

/** Those that rt leaves out because of their size. None where the binary that is installed anyway uses the GPU (Metal), or there is none. */
export const gpuPackages = (platform: NodeJS.Platform, arch: NodeJS.Architecture): GpuPackages[] => {
  const base = arch === 'x64' ? { linux: 'linux-x64', win32: 'win-x64' }[platform as string] : undefined
  if (base === undefined) return []
  const build = (variant: GpuPackages['variant'], endings: string[]): GpuPackages => {
    const packages = endings.map((ending) => `@node-llama-cpp/${base}-${ending}`)
    return { variant, packages, command: installCommand(packages) }
  }
  return [build('cuda', ['cuda', 'cuda-ext']), build('vulkan', ['vulkan'])]
}

/** The package of binaries that comes with @rt/inference; undefined where llama.cpp has none. */
export const basePackage = (platform: NodeJS.Platform, arch: NodeJS.Architecture): string | undefined => {
  const name = BASE[`${platform} ${arch}`]
  return name && `@node-llama-cpp/${name}`
}

export const installCommand = (packages: string[]): string =>
  `npm install ${packages.map((name) => `${name}@${LLAMA_VERSION}`).join(' ')}`

const BASE: Readonly<Record<string, string>> = {
  'linux x64': 'linux-x64',
  'linux arm64': 'linux-arm64',
  'linux arm': 'linux-armv7l',
  'win32 x64': 'win-x64',
  'win32 arm64': 'win-arm64',
  'darwin arm64': 'mac-arm64-metal',
  'darwin x64': 'mac-x64',
}
