import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { detectEngines } from './detect-engines.ts'
import { gpuPackages } from './gpu-packages.ts'
import { LLAMA_VERSION } from './llama-version.ts'
import { createMachineProbes, type MachineProbes } from './machine-probes.ts'

interface FakeMachine {
  platform?: NodeJS.Platform
  arch?: NodeJS.Architecture
  packages?: Record<string, string>
  libraries?: string[]
  commands?: string[]
  glibc?: boolean
  /** In folders `bin` of packages. */
  packageFiles?: string[]
}

const fake = ({
  platform = 'linux',
  arch = 'x64',
  packages = {},
  libraries = [],
  commands = [],
  glibc = true,
  packageFiles = [],
}: FakeMachine): MachineProbes => ({
  platform,
  arch,
  packageVersion: async (name) => packages[name],
  hasLibrary: async (name) => libraries.some((library) => library.startsWith(name)),
  hasCommand: async (name) => commands.includes(name),
  hasGlibc: async () => glibc,
  hasPackageFile: async (_name, file) => packageFiles.some((one) => one.startsWith(file)),
})

const BASE = { '@node-llama-cpp/linux-x64': LLAMA_VERSION, 'onnxruntime-node': '1.30.0' }
const CUDA_LIBRARIES = ['libcuda.so.1', 'libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12']

/** One line a variant. */
const detect = async (machine: FakeMachine): Promise<string[]> =>
  (await detectEngines({ probes: fake(machine) })).map(
    ({ engine, variant, available, reason }) => `${engine} ${variant} ${available ? 'yes' : `no: ${reason}`}`,
  )
const fixOf = async (machine: FakeMachine, engine: string, variant: string): Promise<string | undefined> =>
  (await detectEngines({ probes: fake(machine) })).find((one) => one.engine === engine && one.variant === variant)?.fix

test('a machine without a GPU', async () => {
  expect(await detect({ packages: BASE })).toEqual([
    'gguf cpu yes',
    'gguf cuda no: driver not found (libcuda.so)',
    'gguf vulkan no: loader not found (libvulkan.so.1)',
    'onnx cpu yes',
    'onnx webgpu no: loader not found (libvulkan.so.1)',
    'onnx cuda no: driver not found (libcuda.so)',
    'tensorrt cuda no: driver not found (libcuda.so)',
  ])
})

test('a driver without the packages: one command adds them', async () => {
  const machine = { packages: BASE, libraries: [...CUDA_LIBRARIES, 'libvulkan.so.1'] }
  expect((await detect(machine))[1]).toBe('gguf cuda no: the package @node-llama-cpp/linux-x64-cuda is not installed')
  expect(await fixOf(machine, 'gguf', 'cuda')).toBe(
    `npm install @node-llama-cpp/linux-x64-cuda@${LLAMA_VERSION} @node-llama-cpp/linux-x64-cuda-ext@${LLAMA_VERSION}`,
  )
  expect(await fixOf(machine, 'gguf', 'vulkan')).toBe(`npm install @node-llama-cpp/linux-x64-vulkan@${LLAMA_VERSION}`)
})

test('all of it', async () => {
  const packages = {
    ...BASE,
    ...Object.fromEntries(
      gpuPackages('linux', 'x64').flatMap((gpu) => gpu.packages.map((name) => [name, LLAMA_VERSION])),
    ),
  }
  const libraries = [...CUDA_LIBRARIES, 'libvulkan.so.1', 'libcudnn.so.9', 'libnvinfer.so.10']
  const packageFiles = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_tensorrt.so']
  expect(await detect({ packages, libraries, packageFiles })).toEqual([
    'gguf cpu yes',
    'gguf cuda yes',
    'gguf vulkan yes',
    'onnx cpu yes',
    'onnx webgpu yes',
    'onnx cuda yes',
    'tensorrt cuda yes',
  ])
})

test('a package of another version does not count: the host would not take it', async () => {
  const machine = { packages: { ...BASE, '@node-llama-cpp/linux-x64': '3.0.0' } }
  expect((await detect(machine))[0]).toBe(
    `gguf cpu no: @node-llama-cpp/linux-x64 3.0.0 is installed, and ${LLAMA_VERSION} is needed`,
  )
  expect(await fixOf(machine, 'gguf', 'cpu')).toBe(`npm install @node-llama-cpp/linux-x64@${LLAMA_VERSION}`)
})

test('what is missing on the way to CUDA is said in its order', async () => {
  const cuda = async (libraries: string[], commands: string[] = []) => {
    const machine = { packages: BASE, libraries, commands }
    return [(await detect(machine))[1], await fixOf(machine, 'gguf', 'cuda')]
  }
  expect(await cuda([], ['nvidia-smi'])).toEqual([
    'gguf cuda no: driver not found (libcuda.so)',
    expect.stringContaining('--gpus all'),
  ])
  expect(await cuda(['libcuda.so.1'])).toEqual([
    'gguf cuda no: CUDA runtime not found (libcudart.so)',
    expect.stringContaining('CUDA toolkit'),
  ])
})

test('what is missing on the way to TensorRT is said in its order', async () => {
  const tensorrt = async (machine: FakeMachine): Promise<string> =>
    (await detect({ packages: BASE, ...machine })).at(-1)!
  const all = ['libcuda.so.1', 'libcudart.so.12', 'libcudnn.so.9', 'libnvinfer.so.10']
  const reasons = await Promise.all(all.map((_, count) => tensorrt({ libraries: all.slice(0, count) })))
  expect(reasons).toEqual([
    'tensorrt cuda no: driver not found (libcuda.so)',
    'tensorrt cuda no: CUDA runtime not found (libcudart.so)',
    'tensorrt cuda no: cuDNN not found (libcudnn.so)',
    'tensorrt cuda no: TensorRT not found (libnvinfer.so)',
  ])
  expect(await tensorrt({ libraries: all })).toBe(
    'tensorrt cuda no: provider library not found (libonnxruntime_providers_tensorrt.so)',
  )
  expect(await tensorrt({ libraries: all, packageFiles: ['libonnxruntime_providers_tensorrt.so'] })).toBe(
    'tensorrt cuda yes',
  )
  expect(await tensorrt({ platform: 'darwin', arch: 'arm64' })).toContain('Linux x64 only')
  expect(await tensorrt({ packages: {} })).toContain('onnxruntime-node is not installed')
})

test('other machines', async () => {
  const mac = {
    platform: 'darwin',
    arch: 'arm64',
    packages: { '@node-llama-cpp/mac-arm64-metal': LLAMA_VERSION },
  } as const
  expect(await detect(mac)).toEqual([
    'gguf metal yes',
    'onnx cpu no: the package onnxruntime-node is not installed',
    'onnx coreml no: the package onnxruntime-node is not installed',
    'onnx webgpu no: the package onnxruntime-node is not installed',
    'onnx cuda no: onnxruntime-node has cuda on Linux x64 only',
    'tensorrt cuda no: onnxruntime-node has tensorrt on Linux x64 only',
  ])
  const onnx = { 'onnxruntime-node': '1.30.0' }
  expect((await detect({ ...mac, packages: onnx })).slice(1, 4)).toEqual([
    'onnx cpu yes',
    'onnx coreml yes',
    'onnx webgpu yes',
  ])
  expect(await detect({ platform: 'win32', packages: onnx })).toContain('onnx dml yes')
  expect(await detect({ arch: 'arm64', packages: onnx })).toContain(
    'onnx webgpu no: onnxruntime-node has WebGPU on Windows, macOS and Linux x64 only',
  )
  const windows = { platform: 'win32', packages: { '@node-llama-cpp/win-x64': LLAMA_VERSION } } as const
  expect((await detect(windows)).slice(0, 3)).toEqual([
    'gguf cpu yes',
    'gguf cuda no: driver not found (nvcuda.dll)',
    'gguf vulkan no: loader not found (vulkan-1.dll)',
  ])
  expect((await detect({ arch: 's390x' }))[0]).toBe('gguf cpu no: llama.cpp has no binary for linux s390x')
  expect((await detect({ libraries: ['ld-musl-x86_64.so.1'], glibc: false }))[0]).toContain('musl')
  expect((await detect({ libraries: ['ld-musl-x86_64.so.1'] }))[0]).toBe(
    'gguf cpu no: the package @node-llama-cpp/linux-x64 is not installed',
  )
  expect(await fixOf({}, 'onnx', 'cpu')).toBe('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node')
})

test('the real machine answers, by files alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-libraries-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'librtprobe.so.1'), '')
  await writeFile(join(folder, 'bin', 'rt-probe'), '')
  const probes = createMachineProbes({ env: { LD_LIBRARY_PATH: folder, PATH: join(folder, 'bin') }, platform: 'linux' })
  expect(await probes.hasLibrary('librtprobe.so')).toBe(true)
  expect(await probes.hasLibrary('librtother.so')).toBe(false)
  expect(await probes.hasCommand('rt-probe')).toBe(true)
  expect(await probes.hasCommand('rt-other')).toBe(false)
  expect(await probes.packageVersion('onnxruntime-node')).toMatch(/^1\./)
  const mapped = await readFile('/proc/self/maps', 'utf8').catch(() => '')
  expect(await probes.hasGlibc()).toBe(/\/libc\.so\.6$/m.test(mapped))
  expect(await probes.packageVersion(`@node-llama-cpp/no-such`)).toBeUndefined()
  expect(await probes.hasPackageFile('onnxruntime-node', 'onnxruntime_binding')).toBe(true)
  expect(await probes.hasPackageFile('onnxruntime-node', 'no-such')).toBe(false)
  expect(await probes.hasPackageFile('@node-llama-cpp/no-such', 'x')).toBe(false)
  const rows = await detectEngines()
  expect(rows.find(({ engine }) => engine === 'onnx')).toEqual({ engine: 'onnx', variant: 'cpu', available: true })
})

test('binaries and the command that adds more are of the version whose JavaScript is inlined', async () => {
  const workspace = await readFile(new URL('../../../../pnpm-workspace.yaml', import.meta.url), 'utf8')
  const versions = Array.from(
    workspace.matchAll(/^ {2}'?(?:@node-llama-cpp\/[\w-]+|node-llama-cpp)'?: (\d\S*)$/gm),
    ([, version]) => version,
  )
  expect(versions).toEqual(Array.from({ length: 8 }, () => LLAMA_VERSION))
})
