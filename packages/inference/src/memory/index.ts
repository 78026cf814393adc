// Every line here is public API of @rt/inference/memory: adding one is a decision.
export { createMemoryPlan } from './create-memory-plan.ts'
export { memoryBytes } from '../driver-kit/memory-bytes.ts'
export type { MemoryPlan, MemoryPlanOptions } from './create-memory-plan.ts'
export type { KeepOptions, Kept, KeptState, Lease, UseOptions } from './kept.ts'
export type { RoomState } from './room.ts'
export type { MemoryEstimate } from '../driver-kit/memory-estimate.ts'
