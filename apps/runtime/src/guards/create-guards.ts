import { type EmbeddingModel, type Guard, type LanguageModel, RtError, type TextClassifier } from '@rt/core'
import {
  composeGuards,
  createClassifierGuard,
  createInjectionGuard,
  createJudgeGuard,
  createPiiGuard,
  createTopicsGuard,
} from '@rt/tools/guards'
import type { GuardSettings } from '../config/guard-settings.ts'
import { NO_EMBEDDER } from '../no-embedder.ts'

export interface GuardsParts {
  settings: GuardSettings
  /** Of the program: nearest to people and tools. */
  own?: readonly Guard[] | undefined
  classifier(name: string): Promise<TextClassifier>
  model(name: string | undefined): Promise<LanguageModel>
  embedder(): Promise<EmbeddingModel | undefined>
}

/**
 * The guards of all turns, in this order from people to the model: the program's own, the one against injections, which
 * sees texts as they came, the one that hides personal data, then those that ask other models and so see none of it.
 * Models are loaded when a guard first asks them.
 */
export const createGuards = ({ settings, own = [], classifier, model, embedder }: GuardsParts): Guard | undefined => {
  const { pii, injection = {}, classifier: classified, topics, judge } = settings
  const guards: Guard[] = [...own]
  const { action = 'mark', ...more } = injection
  if (action !== 'off') guards.push(createInjectionGuard({ action, ...more }))
  if (pii) guards.push(createPiiGuard(pii))
  if (classified) {
    const { model: name, labels = [], ...others } = classified
    guards.push(createClassifierGuard({ classifier: () => classifier(name!), labels, ...others }))
  }
  if (topics) {
    const { allow = [], deny = [], ...others } = topics
    const named = (texts: string[]): { name: string }[] => texts.map((name) => ({ name }))
    guards.push(
      createTopicsGuard({ embedder: () => needed(embedder), allow: named(allow), deny: named(deny), ...others }),
    )
  }
  if (judge) {
    const { model: name, rules = {}, ...others } = judge
    guards.push(createJudgeGuard({ model: () => model(name), rules, ...others }))
  }
  return guards.length ? composeGuards(guards) : undefined
}

/** A guard that cannot look refuses: nothing passes unseen. */
const needed = async (embedder: GuardsParts['embedder']): Promise<EmbeddingModel> => {
  const found = await embedder()
  if (found) return found
  throw new RtError({
    code: 'model_unavailable',
    message: `[guards.topics] needs an embedder: ${NO_EMBEDDER.message}`,
    hint: 'Fetch one with rt pull, or remove the table.',
  })
}
