// Every line here is public API of @rt/vector/conformance.
export { vectorStoreConformance } from './vector-store-conformance.ts'
export type { ConformanceSubject } from './kit.ts'
export type { Matchers, TestFunctions } from './test-functions.ts'
