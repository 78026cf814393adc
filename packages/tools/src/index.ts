// Every line here is public API of @rt/tools: adding one is a decision.

export { tool } from './tool.ts'
export { runLoop } from './loop/run-loop.ts'
export { retry } from './execute/retry.ts'
export { toJsonSafe } from './execute/json-safe.ts'

export type { ToolInput, ToolOptions } from './tool.ts'
export type { LoopOptions } from './loop/loop-options.ts'
export type { RetryOptions } from './execute/retry.ts'
export type { JsonSafe } from './execute/json-safe.ts'
