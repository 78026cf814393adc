// Fakes for tests. Every line here is public API of @rt/core/testing.
export { createScriptedModel } from './scripted-model.ts'
export { createFakeEmbedder } from './fake-embedder.ts'
export { createFakeClock } from './fake-clock.ts'
export { createFakeTelemetry } from './fake-telemetry.ts'

export type { ScriptedAnswer, ScriptedModel, ScriptedModelOptions } from './scripted-model.ts'
export type { FakeClock } from './fake-clock.ts'
export type { RecordedSpan } from './fake-telemetry.ts'
