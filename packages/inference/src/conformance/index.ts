// Every line here is public API of @rt/inference/conformance.
export { providerConformance } from './provider-conformance.ts'
export { startFakeServer } from './fake-server.ts'
export type { ConformanceSubject, SubjectOptions } from './conformance-subject.ts'
export type { FakeReply, FakeRequest, FakeServer } from './fake-server.ts'
export type { FakeWire, SeenRequest, WireAnswer, WireFault, WireFrame, WireRefusal } from './fake-wire.ts'
export type { Matchers, TestFunctions } from './test-functions.ts'
