import {
  createMessage,
  messageText,
  type AssembleRequest,
  type CallOptions,
  type Message,
  type PrivacyLabel,
  type Prompt,
  type RetrievedChunk,
} from '@rt/core'
import { renderPassages } from './render-passages.ts'
import { splitTurns } from './split-turns.ts'

/** How much of a request is sent: the first `chunks` passages, and the turns from index `from` on. */
export interface Selection {
  chunks: number
  from: number
}

/** Parts of a prompt that can be left out for counting. Default: all are in. */
interface Without {
  system?: boolean
  tools?: boolean
}

export interface Layout {
  /** How many turns may be left out. */
  turns: number
  /** Those of the turns before index `from`. */
  before(from: number): Message[]
  chunks: RetrievedChunk[]
  /** Passages need a user message to stand in. */
  placeable: number
  messages(selection: Selection): Message[]
  /** Tokens of a selection, as the model counts them; each is asked for once. */
  count(selection: Selection, without?: Without): Promise<number>
}

/** The order of a prompt, in one place: instructions, old turns, passages inside the last user message, the rest of the turn. */
export const createLayout = (request: AssembleRequest, options: CallOptions): Layout => {
  const { model, tools, toolChoice, output, retrieved: chunks = [] } = request
  const { lead: instructing, old, starts, current } = splitTurns(request.messages)
  const instructions = [request.system ?? '', ...instructing.map(messageText)].filter(Boolean).join('\n\n')
  // One fixed id: the same instructions are the same message in every turn.
  const system = instructions ? [{ ...createMessage('system', instructions, 'system'), ...labelOf(instructing) }] : []
  const asked = current[0]?.role === 'user' ? current[0] : undefined

  const startOf = (turn: number): number => starts[turn] ?? old.length
  const body = ({ chunks: count, from }: Selection): Message[] => {
    const now = asked ? [withPassages(asked, chunks.slice(0, count)), ...current.slice(1)] : current
    return (from === 0 ? old : old.slice(startOf(from))).concat(now)
  }
  /** A long conversation is put together once for all its counts. */
  const wholes = new Map<string, Message[]>()
  const whole = (selection: Selection, lead: Message[] = system): Message[] => {
    const key = `${selection.chunks},${selection.from},${lead === system}`
    const made = wholes.get(key) ?? lead.concat(body(selection))
    wholes.set(key, made)
    return made
  }
  const counted = new Map<string, Promise<number>>()
  return {
    turns: starts.length,
    before: (from) => old.slice(0, startOf(from)),
    chunks,
    placeable: asked ? chunks.length : 0,
    messages: (selection) => whole(selection),
    count(selection, without = {}) {
      const same = [!without.system || system.length === 0, !without.tools || !hasTools(request)]
      const key = [selection.chunks, selection.from, ...same].join()
      const known = counted.get(key)
      if (known) return known
      // Emptied, not left out: some templates put in instructions of their own where there are none.
      const lead = without.system && system.length ? system.map((message) => ({ ...message, parts: [] })) : system
      const prompt: Prompt = { messages: whole(selection, lead) }
      const tokens = model.countTokens(without.tools ? prompt : { ...prompt, tools, toolChoice, output }, options)
      counted.set(key, tokens)
      return tokens
    },
  }
}

/** Tool choice and output format may add to the prompt as well. */
const hasTools = ({ tools, output }: AssembleRequest): boolean => Boolean(tools?.length || output)

const withPassages = (message: Message, passages: RetrievedChunk[]): Message => {
  if (passages.length === 0) return message
  const others = message.parts.filter(({ type }) => type !== 'text')
  return {
    ...message,
    ...labelOf([message, ...passages]),
    untrusted: true,
    // Apart, so that a guard can tell what a person asked from what others wrote.
    parts: [
      { type: 'text', text: renderPassages(passages), untrusted: true },
      { type: 'text', text: messageText(message) },
      ...others,
    ],
  }
}

/** What is put together from labelled things is labelled. */
const labelOf = (things: { label?: PrivacyLabel }[]): { label?: PrivacyLabel } => {
  const label = things.find((thing) => thing.label)?.label
  return label ? { label } : {}
}
