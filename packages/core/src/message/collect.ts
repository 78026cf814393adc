import { deserializeError, RtError } from '../errors/rt-error.ts'
import { createMessage } from './create-message.ts'
import type { Message, Part, ProviderData, ReasoningPart, Role, TextPart } from './message.ts'
import type { FinishReason, StreamPart } from './stream-part.ts'
import { addUsage, emptyUsage, type Usage } from './usage.ts'

/** A whole answer, gathered from a stream. */
export interface Generation {
  /** All text of the answer, without reasoning. */
  text: string
  /** The assistant's messages and the tool results between them, in order. */
  messages: Message[]
  finishReason: FinishReason
  usage: Usage
  /** Every part that came, for those who want more than the text. */
  parts: StreamPart[]
}

/**
 * Reads a stream to its end: this is how `generate` is derived from `stream`.
 *
 * @throws RtError the stream's own error, or `aborted`.
 */
export const collect = async (stream: AsyncIterable<StreamPart>): Promise<Generation> => {
  const builder = createMessageBuilder()
  const parts: StreamPart[] = []
  let usage = emptyUsage()
  for await (const part of stream) {
    parts.push(part)
    builder.add(part)
    if (part.type === 'usage') usage = addUsage(usage, part.usage)
    if (part.type === 'error') throw deserializeError(part.error)
    if (part.type === 'abort') throw new RtError({ code: 'aborted', message: `aborted: ${part.reason}` })
    if (part.type === 'finish')
      return {
        text: builder.text(),
        messages: builder.messages(),
        finishReason: part.finishReason,
        usage: part.usage,
        parts,
      }
  }
  throw new RtError({ code: 'internal', message: 'a stream ended without a terminal part.', data: { ...usage } })
}

export interface MessageBuilder {
  add(part: StreamPart): void
  /**
   * The messages so far, the unfinished ones included: a copy that later parts do not change. A message has its id from
   * its first part on.
   */
  messages(): Message[]
  text(): string
}

/** Turns stream parts into messages: one assistant message a step, one tool message for the results that follow it. */
export const createMessageBuilder = (): MessageBuilder => {
  const messages: Message[] = []
  /** Those of the current step, each there from its first part on. */
  let open: Partial<Record<Role, Message>> = {}
  let text = ''
  /** The part whose provider data came: no later delta adds to it. */
  let ended: Part | undefined
  /** How much there was when each step began. */
  const begun = new Map<number, { messages: number; text: number }>()

  const beginStep = (step: number): void => {
    open = {}
    const before = begun.get(step)
    if (before) {
      messages.length = before.messages
      text = text.slice(0, before.text)
    }
    begun.set(step, { messages: messages.length, text: text.length })
  }
  const messageOf = (role: Role): Message => {
    if (!open[role]) messages.push((open[role] = createMessage(role, [])))
    return open[role]
  }
  const partsOf = (role: Role): Part[] => messageOf(role).parts
  const append = (type: 'text' | 'reasoning', delta: string, provider: ProviderData | undefined): void => {
    const last = open.assistant?.parts.at(-1)
    const goesOn = last?.type === type && last !== ended
    // An end without text or data leaves nothing to keep.
    if (!goesOn && !delta && (!provider || isEmpty(provider))) return
    const part: ReasoningPart | TextPart = goesOn ? last : { type, text: '' }
    if (part !== last) partsOf('assistant').push(part)
    part.text += delta
    if (!provider) return
    if (!isEmpty(provider)) part.provider = provider
    ended = part
  }

  return {
    add(part) {
      if (part.type === 'step-start') beginStep(part.step)
      else if (part.type === 'text-delta') {
        append('text', part.text, part.provider)
        text += part.text
      } else if (part.type === 'reasoning-delta') append('reasoning', part.text, part.provider)
      else if (part.type === 'tool-call-end')
        partsOf('assistant').push({
          type: 'tool-call',
          id: part.id,
          name: part.name,
          arguments: part.arguments,
          ...(part.provider && { provider: part.provider }),
        })
      else if (part.type === 'tool-result') {
        const message = messageOf('tool')
        const earlier = message.parts.findIndex((one) => one.type === 'tool-result' && one.id === part.id)
        message.parts.splice(earlier < 0 ? message.parts.length : earlier, 1, {
          type: 'tool-result',
          id: part.id,
          name: part.name,
          result: part.result,
          ...(part.isError && { isError: true }),
        })
        // Results of one step are sent together: the strictest label holds for all.
        if (part.label) message.label = part.label
        if (part.untrusted) message.untrusted = true
      } else if (part.type === 'citation') partsOf('assistant').push(part.citation)
    },
    messages: () => messages.map((message) => ({ ...message, parts: message.parts.map((part) => ({ ...part })) })),
    text: () => text,
  }
}

const isEmpty = (data: ProviderData): boolean => Object.keys(data).length === 0
