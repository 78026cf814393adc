// Every line here is public API of @rt/runtime: adding one is a decision.
export { createRuntime } from './create-runtime.ts'
export { tool } from '@rt/tools'
export { collect, createMessage, messageText, RtError } from '@rt/core'
export { formatTrace } from '@rt/observe/trace'

export type { Runtime, RuntimeOptions, SearchOptions, ServeOptions, Thread, TurnOptions } from './runtime.ts'
export type { CitationPart, Generation, Message, RetrievedChunk, StreamPart, Tool, ToolChoice, Usage } from '@rt/core'
export type { IngestReport } from '@rt/memory'
export type { Trace } from '@rt/observe/trace'
