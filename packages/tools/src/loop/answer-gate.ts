import {
  abortable,
  type AnswerGuard,
  type CallOptions,
  type Guard,
  type JsonValue,
  RtError,
  type StreamPart,
} from '@rt/core'
import { mapStrings } from '../guards/map-strings.ts'

/**
 * Takes the parts of one answer past the guard: what comes back may be shown, kept and run. Once the guard has refused,
 * nothing comes back any more.
 */
export interface AnswerGate {
  /** @throws RtError when the guard fails, or `signal` fires. */
  pass(part: StreamPart): Promise<StreamPart[]>
  /** What was held back when the answer is over. */
  end(): Promise<StreamPart[]>
  /** Why it refused. */
  readonly blocked: RtError | undefined
}

/** Undefined when the guard does not look at this answer. */
export const createAnswerGate = (guard: Guard | undefined, options: CallOptions): AnswerGate | undefined => {
  const looks = guard?.answer && (guard.answer(options, 'text') ?? guard.answer(options, 'json'))
  if (!looks) return undefined
  const open = (form: 'text' | 'json'): AnswerGuard => guard.answer!(options, form) ?? PASSING
  let writing: { type: 'text-delta' | 'reasoning-delta'; guard: AnswerGuard } | undefined
  const calls = new Map<string, AnswerGuard>()
  let blocked: RtError | undefined

  /** Before anything else is shown, so that the order of the parts stays. */
  const end = async (): Promise<StreamPart[]> => {
    if (!writing) return []
    const { type, guard: current } = writing
    writing = undefined
    const text = await current.end()
    return text ? [{ type, text }] : []
  }
  const write = async (part: Extract<StreamPart, { text: string }>): Promise<StreamPart[]> => {
    const before = writing?.type === part.type ? [] : await end()
    writing ??= { type: part.type, guard: open('text') }
    const { guard: current } = writing
    let text = await current.push(part.text)
    if (part.provider) {
      // It ends the part in the history: what is held back belongs to this one.
      text += await current.end()
      writing = undefined
    }
    if (text === part.text) return [...before, part]
    if (!text && !part.provider) return before
    // How likely each token was would tell what the text no longer says.
    const { logprobs: _, ...rest } = { logprobs: undefined, ...part }
    return [...before, { ...rest, text }]
  }
  const whole = async (text: string): Promise<string> => {
    const one = open('text')
    return (await one.push(text)) + (await one.end())
  }
  const endCall = async (part: Extract<StreamPart, { type: 'tool-call-end' }>): Promise<StreamPart[]> => {
    const delta = (await calls.get(part.id)?.end()) ?? ''
    calls.delete(part.id)
    const args = (await mapStrings(part.arguments, whole)) as JsonValue
    return [...(delta ? [{ type: 'tool-call-delta' as const, id: part.id, delta }] : []), { ...part, arguments: args }]
  }

  const pass = async (part: StreamPart): Promise<StreamPart[]> => {
    switch (part.type) {
      case 'text-delta':
      case 'reasoning-delta':
        return write(part)
      case 'tool-call-start':
        calls.set(part.id, open('json'))
        return [...(await end()), part]
      case 'tool-call-delta': {
        const delta = (await calls.get(part.id)?.push(part.delta)) ?? part.delta
        return delta ? [{ ...part, delta }] : []
      }
      case 'tool-call-end':
        return [...(await end()), ...(await endCall(part))]
      default:
        return [part]
    }
  }
  const unlessBlocked = async (work: () => Promise<StreamPart[]>): Promise<StreamPart[]> => {
    if (blocked) return []
    try {
      return await abortable(work(), options.signal)
    } catch (error) {
      if (options.signal?.aborted || !RtError.isInstance(error) || error.code !== 'guard_blocked') throw error
      blocked = error
      return []
    }
  }

  return {
    pass: (part) => unlessBlocked(() => pass(part)),
    end: () => unlessBlocked(end),
    get blocked() {
      return blocked
    },
  }
}

const PASSING: AnswerGuard = { push: (text) => text, end: () => '' }
