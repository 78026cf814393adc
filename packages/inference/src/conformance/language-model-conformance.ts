import { expectFailures } from './expect-failures.ts'
import type { LanguageModelSubject } from './language-model-subject.ts'
import { modelAborts } from './model-aborts.ts'
import { modelAbsences } from './model-absences.ts'
import { modelAnswers } from './model-answers.ts'
import { modelForms } from './model-forms.ts'
import { modelPrompts } from './model-prompts.ts'
import { createModelSuite } from './model-suite.ts'
import type { TestFunctions } from './test-functions.ts'

/**
 * What every language model must do, whatever writes its answers: weights on this machine, or a service played by a test.
 * Nothing is asserted of what an answer says. Cases for what a model has not are left out, and named with the reason.
 */
export const languageModelConformance = (subject: LanguageModelSubject, tests: TestFunctions): void => {
  const { functions, checkNames } = expectFailures(subject, tests)
  modelCases(subject, functions)
  checkNames()
  const wire = subject.without?.wire
  // Nothing to check: it can only be told.
  if (wire !== undefined) tests.it.skip?.(`${subject.name}: faults of a wire: ${wire}`, async () => {})
}

export const modelCases = (subject: LanguageModelSubject, tests: TestFunctions): void => {
  const suite = createModelSuite(subject, tests)
  modelAnswers(suite)
  modelForms(suite)
  modelPrompts(suite)
  modelAborts(suite)
  modelAbsences(suite)
}
