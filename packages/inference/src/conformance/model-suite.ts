import type { LanguageModel } from '@rt/core'
import type { LanguageModelSubject, ModelFeature, PlayedTurn } from './language-model-subject.ts'
import type { TestFunctions } from './test-functions.ts'

export interface ModelTest {
  model: LanguageModel
  play(turn: PlayedTurn): void
}

/** What the groups of cases are written with. */
export interface ModelSuite {
  subject: LanguageModelSubject
  expect: TestFunctions['expect']
  has(feature: ModelFeature): boolean
  group(name: string, define: () => void): void
  test(name: string, run: (test: ModelTest) => Promise<void>): void
}

export const createModelSuite = (
  subject: LanguageModelSubject,
  { describe, it, expect }: TestFunctions,
): ModelSuite => ({
  subject,
  expect,
  has: (feature) => subject.without?.[feature] === undefined,
  group: (name, define) => describe(`${subject.name}: ${name}`, define),
  test: (name, run) => it(name, () => subject.run(({ model, play = () => {} }) => run({ model, play }))),
})

/** What played models are counted for where a case does not say. */
export const COUNTED = { input: 11, cacheRead: 0, cacheWrite: 0, output: 5, reasoning: 0 }
