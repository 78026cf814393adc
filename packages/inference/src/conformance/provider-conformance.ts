import { abortsConformance } from './aborts.ts'
import { answersConformance } from './answers.ts'
import type { ConformanceSubject } from './conformance-subject.ts'
import { refusalsConformance } from './refusals.ts'
import { streamsConformance } from './streams.ts'
import type { TestFunctions } from './test-functions.ts'

/** What every driver of a remote API must do, faults included, against a server of this machine that speaks its protocol. */
export const providerConformance = (subject: ConformanceSubject, tests: TestFunctions): void => {
  answersConformance(subject, tests)
  refusalsConformance(subject, tests)
  streamsConformance(subject, tests)
  abortsConformance(subject, tests)
}
