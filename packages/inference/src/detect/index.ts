// Every line here is public API of @rt/inference/engines: adding one is a decision. Nothing here loads native code.
export { detectEngines } from './detect-engines.ts'
export { gpuPackages } from './gpu-packages.ts'
export { createMachineProbes } from './machine-probes.ts'

export type { DetectEnginesOptions, EngineVariant } from './detect-engines.ts'
export type { GpuPackages } from './gpu-packages.ts'
export type { MachineProbes } from './machine-probes.ts'
