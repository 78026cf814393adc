// Every line here is public API of @rt/tools/guards: adding one is a decision.

export { composeGuards } from './compose-guards.ts'
export { createPiiGuard } from './pii/pii-guard.ts'
export { createInjectionGuard } from './injection/injection-guard.ts'
export { createClassifierGuard } from './judged/classifier-guard.ts'
export { createTopicsGuard } from './judged/topics-guard.ts'
export { createJudgeGuard } from './judged/judge-guard.ts'
export { PII_RULES } from './pii/detectors.ts'

export type { GuardAction } from './guard-report.ts'
export type { PiiGuardOptions } from './pii/pii-guard.ts'
export type { PiiRule } from './pii/detectors.ts'
export type { InjectionGuardOptions } from './injection/injection-guard.ts'
export type { GuardedText } from './judged/judged-guard.ts'
export type { ClassifierGuardOptions } from './judged/classifier-guard.ts'
export type { Topic, TopicsGuardOptions } from './judged/topics-guard.ts'
export type { JudgeGuardOptions } from './judged/judge-guard.ts'
