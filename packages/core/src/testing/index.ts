// Fakes and suites for tests. Every line here is public API of @rt/core/testing.
export { createScriptedModel } from './scripted-model.ts'
export { createFakeEmbedder } from './fake-embedder.ts'
export { createFakeClock } from './fake-clock.ts'
export { createFakeTelemetry } from './fake-telemetry.ts'
export { keyValueConformance } from './key-value-conformance.ts'
export { runStoreConformance } from './run-store-conformance.ts'

export type { ScriptedAnswer, ScriptedModel, ScriptedModelOptions } from './scripted-model.ts'
export type { FakeClock } from './fake-clock.ts'
export type { RecordedSpan } from './fake-telemetry.ts'
export type { KeyValueSubject, KeyValueUnderTest } from './key-value-conformance.ts'
export type { RunStoreSubject, RunStoreUnderTest } from './run-store-conformance.ts'
export type { Matchers, TestFunctions } from './test-functions.ts'
