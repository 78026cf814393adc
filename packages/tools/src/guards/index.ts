// Every line here is public API of @rt/tools/guards: adding one is a decision.

export { composeGuards } from './compose-guards.ts'
export { createInjectionGuard } from './injection/injection-guard.ts'
export { createPiiGuard } from './pii/pii-guard.ts'
export { PII_RULES } from './pii/detectors.ts'

export type { GuardAction } from './guard-report.ts'
export type { InjectionGuardOptions } from './injection/injection-guard.ts'
export type { PiiGuardOptions } from './pii/pii-guard.ts'
export type { PiiRule } from './pii/detectors.ts'
