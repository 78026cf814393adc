import { type Guard, RtError, type TextClassifier } from '@rt/core'
import { createJudgedGuard, type GuardedText } from './judged-guard.ts'

export interface ClassifierGuardOptions {
  /** Says what kind of text a text is; loaded when it is first asked. */
  classifier: TextClassifier | (() => Promise<TextClassifier>)
  /** Its labels that are refused: `jailbreak`, `INJECTION`. */
  labels: readonly string[]
  /** From which score on, 0 to 1. Default 0.5. */
  threshold?: number
  /** Default: what people ask and what others wrote. */
  on?: readonly GuardedText[]
  /** Default `block`. */
  action?: 'block' | 'warn'
  /** Named in refusals and on the trace. Default `classifier`. */
  name?: string
}

/** Characters a classifier is given at a time: it cuts what is longer than its window. */
const WINDOW = 1200
const OVERLAP = 200
/** Texts longer than so many windows are refused: nobody would have read their end. */
const MOST_WINDOWS = 256
const BATCH = 16

/**
 * Refuses texts by what a classifier (such as an ONNX model) says of them. Long ones are looked at in overlapping windows.
 *
 * @throws RtError `invalid_request` when no label is given, or (at its first text) one that the model does not have.
 */
export const createClassifierGuard = ({
  classifier,
  labels,
  threshold = 0.5,
  on = ['input', 'foreign'],
  action = 'block',
  name = 'classifier',
}: ClassifierGuardOptions): Guard => {
  if (labels.length === 0)
    throw new RtError({
      code: 'invalid_request',
      message: `the guard "${name}" has no labels.`,
      hint: 'Name the labels of the classifier that are to be refused.',
    })
  let loading: Promise<TextClassifier> | undefined
  const load = async (): Promise<TextClassifier> => {
    // What failed is tried again with the next text.
    loading ??= Promise.resolve(typeof classifier === 'function' ? classifier() : classifier).catch(
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
    const model = await loading
    checkLabels(model, labels)
    return model
  }
  return createJudgedGuard({
    guard: name,
    on,
    action,
    isLocal: async () => (await load()).local,
    async judge(text, options) {
      const model = await load()
      const windows = windowsOf(text)
      if (windows.length > MOST_WINDOWS) return { rule: 'too-long' }
      for (let at = 0; at < windows.length; at += BATCH)
        for (const scores of await model.classify(windows.slice(at, at + BATCH), options)) {
          const found = scores.find(({ label, score }) => labels.includes(label) && score >= threshold)
          if (found) return { rule: found.label, score: found.score }
        }
      return undefined
    },
  })
}

const windowsOf = (text: string): string[] => {
  const windows: string[] = []
  for (let at = 0; at === 0 || at + OVERLAP < text.length; at += WINDOW - OVERLAP)
    windows.push(text.slice(at, at + WINDOW))
  return windows
}

const checkLabels = ({ id, labels: known }: TextClassifier, labels: readonly string[]): void => {
  const wrong = labels.find((label) => !known.includes(label))
  if (wrong !== undefined)
    throw new RtError({
      code: 'invalid_request',
      message: `the classifier ${id} has no label "${wrong}".`,
      hint: `It has: ${known.join(', ')}.`,
    })
}
