import { type CallOptions, type Guard, type Message, type Part, type PrivacyLabel, RtError } from '@rt/core'
import { type GuardFinding, settleFindings } from '../guard-report.ts'
import { isForeignPart } from '../is-foreign-part.ts'
import { perRun } from '../per-run.ts'

/** What a guard looks at: what people ask, what others wrote (passages, results of tools), what the model answers. */
export type GuardedText = 'input' | 'foreign' | 'answer'

export interface JudgedOptions {
  guard: string
  on: readonly GuardedText[]
  action: 'block' | 'warn'
  /** Whether texts stay on this machine while they are judged. */
  isLocal(): boolean | Promise<boolean>
  /** The rule a text breaks; undefined = none. */
  judge(text: string, options: CallOptions): Promise<Pick<GuardFinding, 'rule' | 'score'> | undefined>
}

/** Answers are judged in pieces of about this many characters, and shown when they passed. */
const PIECE = 600

/** A guard that has texts judged one by one. Each is judged once in a run; what fails to be judged does not pass. */
export const createJudgedGuard = ({ guard, on, action, isLocal, judge }: JudgedOptions): Guard => {
  const runs = perRun(() => ({ passed: new Set<string>(), label: undefined as PrivacyLabel | undefined }))
  const check = async (text: string, options: CallOptions): Promise<void> => {
    const { passed, label } = runs(options)
    if (!text.trim() || passed.has(text)) return
    if (label && !(await isLocal()))
      throw new RtError({
        code: 'local_only',
        message: `the guard "${guard}" asks a model elsewhere, and this conversation must not leave this machine.`,
        hint: 'Give the guard a model of this machine.',
      })
    const found = await judge(text, options)
    if (found) settleFindings(options, [{ guard, action, ...found }])
    passed.add(text)
  }
  return {
    async beforeModel(messages, options = {}) {
      const run = runs(options)
      run.label ??= messages.find(({ label }) => label)?.label
      // What came before the last question was judged in its own turn.
      const from = Math.max(
        0,
        messages.findLastIndex(({ role }) => role === 'user'),
      )
      for (const message of messages.slice(from))
        for (const part of message.parts) {
          const kind = kindOf(message, part)
          if (kind && on.includes(kind)) await check(textOf(part), options)
        }
      return messages
    },
    ...(on.includes('answer') && {
      answer: (options = {}) => {
        let held = ''
        let before = ''
        const release = async (cut: number): Promise<string> => {
          const text = held.slice(0, cut)
          // With a little of what came before: a sentence may say the wrong thing across two pieces.
          if (text) await check(before + text, options)
          before = (before + text).slice(-PIECE / 4)
          held = held.slice(cut)
          return text
        }
        return {
          push: async (text: string) => {
            held += text
            return held.length < PIECE ? '' : release(cutOf(held))
          },
          end: () => release(held.length),
        }
      },
    }),
  }
}

const kindOf = (message: Message, part: Part): GuardedText | undefined => {
  if (message.role !== 'user' && message.role !== 'tool') return undefined
  return isForeignPart(message, part) ? 'foreign' : 'input'
}

const textOf = (part: Part): string => {
  if (part.type === 'text') return part.text
  if (part.type === 'file') return part.name ?? ''
  if (part.type !== 'tool-result') return ''
  return typeof part.result === 'string' ? part.result : JSON.stringify(part.result)
}

/** Behind the last sentence, else the last word. */
const cutOf = (text: string): number => {
  const sentence = Math.max(...['. ', '! ', '? ', '\n', '。'].map((end) => text.lastIndexOf(end)))
  const cut = sentence > PIECE / 2 ? sentence + 1 : text.lastIndexOf(' ') + 1
  return cut > PIECE / 2 ? cut : text.length
}
