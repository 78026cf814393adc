import { abortsConformance } from './aborts.ts'
import { answersConformance } from './answers.ts'
import type { ConformanceSubject } from './conformance-subject.ts'
import { expectFailures } from './expect-failures.ts'
import { modelCases } from './language-model-conformance.ts'
import { toModelSubject } from './provider-model-subject.ts'
import { refusalsConformance } from './refusals.ts'
import { streamsConformance } from './streams.ts'
import type { TestFunctions } from './test-functions.ts'

/**
 * What every driver of a remote API must do, against a server of this machine that speaks its protocol: the cases of
 * `languageModelConformance`, what it sends, and the faults of a wire.
 */
export const providerConformance = (subject: ConformanceSubject, tests: TestFunctions): void => {
  const { functions, checkNames } = expectFailures(subject, tests)
  modelCases(toModelSubject(subject), functions)
  answersConformance(subject, functions)
  refusalsConformance(subject, functions)
  streamsConformance(subject, functions)
  abortsConformance(subject, functions)
  checkNames()
}
