import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Check, CheckContext, Finding } from '../check.ts'
import { hasLibrary } from '../find-library.ts'
import { findPackage } from '../find-package.ts'

/** Packages of llama.cpp binaries that come with rt, by platform and architecture. */
const BINARIES: Record<string, string> = {
  'linux x64': 'linux-x64',
  'linux arm64': 'linux-arm64',
  'linux arm': 'linux-armv7l',
  'darwin arm64': 'mac-arm64-metal',
  'darwin x64': 'mac-x64',
  'win32 x64': 'win-x64',
  'win32 arm64': 'win-arm64',
}
/** Those for GPUs are some hundred MB, and added by hand. */
const GPU_BINARIES: Record<string, Record<'cuda' | 'vulkan', string>> = {
  'linux x64': { cuda: 'linux-x64-cuda', vulkan: 'linux-x64-vulkan' },
  'win32 x64': { cuda: 'win-x64-cuda', vulkan: 'win-x64-vulkan' },
}
const DRIVERS: Record<'cuda' | 'vulkan', { linux: string; win32: string }> = {
  cuda: { linux: 'libcuda.so.1', win32: 'nvcuda.dll' },
  vulkan: { linux: 'libvulkan.so.1', win32: 'vulkan-1.dll' },
}
const HERE = `${process.platform} ${process.arch}`

export const engines: Check = {
  section: 'engines',
  name: 'engines',
  run: async (context) => [gguf(), await gpu('cuda', context), await gpu('vulkan', context), onnx()].flat(),
}

const gguf = (): Finding => {
  const name = BINARIES[HERE]
  if (!name)
    return { name: 'gguf', state: 'red', detail: `no: there are no binaries for ${HERE}`, fix: 'Use another machine' }
  const how = name.endsWith('metal') ? 'yes, on CPU and Metal' : 'yes, on CPU'
  if (findPackage(`@node-llama-cpp/${name}`)) return { name: 'gguf', state: 'ok', detail: how }
  return {
    name: 'gguf',
    state: 'red',
    detail: `no: @node-llama-cpp/${name} is not installed (optional dependencies were left out)`,
    fix: 'npm install --include=optional',
  }
}

const gpu = async (kind: 'cuda' | 'vulkan', { env }: CheckContext): Promise<Finding[]> => {
  const name = GPU_BINARIES[HERE]?.[kind]
  if (!name) return []
  const driver = DRIVERS[kind][process.platform === 'win32' ? 'win32' : 'linux']
  const title = `gguf ${kind}`
  if (!(await hasLibrary(driver, env)))
    return [{ name: title, state: 'ok', detail: `no: driver not found (${driver})` }]
  if (findPackage(`@node-llama-cpp/${name}`)) return [{ name: title, state: 'ok', detail: 'yes' }]
  return [
    {
      name: title,
      state: 'warning',
      detail: `not used: the driver is there, @node-llama-cpp/${name} is not`,
      fix: `npm install @node-llama-cpp/${name}`,
    },
  ]
}

const onnx = (): Finding[] => {
  const main = findPackage('onnxruntime-node')
  const install = 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node'
  if (!main) {
    const detail = 'no: onnxruntime-node is not installed, so nothing can be found by meaning'
    return [{ name: 'onnx', state: 'red', detail, fix: install }]
  }
  const binding = onnxBinding(join(dirname(main), '..', 'bin'))
  if (!binding) {
    const detail = `no: onnxruntime-node has no binary for ${HERE}`
    return [{ name: 'onnx', state: 'red', detail, fix: 'Search by words only: models.embed = false in config.toml' }]
  }
  const cuda = existsSync(join(dirname(binding), 'libonnxruntime_providers_cuda.so'))
  return [
    {
      name: 'onnx',
      state: 'ok',
      detail: `yes, on CPU${cuda ? '; the CUDA libraries its installer fetched are not used (ONNXRUNTIME_NODE_INSTALL=skip leaves them out)' : ''}`,
    },
  ]
}

/** Its folder carries the version of Node's native interface: `bin/napi-v6/linux/x64`. */
const onnxBinding = (folder: string): string | undefined => {
  const versions = existsSync(folder) ? readdirSync(folder) : []
  return versions
    .map((version) => join(folder, version, process.platform, process.arch, 'onnxruntime_binding.node'))
    .find((path) => existsSync(path))
}
