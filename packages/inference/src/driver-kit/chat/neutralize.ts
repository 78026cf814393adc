import { createSecretId } from '@rt/core'

/** A stretch of the prompt. In `literal` text, what looks like a control token is only text. */
export interface PromptPiece {
  text: string
  literal: boolean
}

export interface NeutralizeOptions<T> {
  /** Any tree whose strings come from users, tools or documents. */
  content: T
  /** Writes the content into the prompt. It may trim, compare and join, as chat templates do. */
  render: (content: T) => Promise<string>
  /** The texts within `text` that the tokenizer would read as control tokens. */
  findControlTexts: (text: string) => string[]
}

/** Roles and kinds: a template compares them. Alone they are no control text in any vocabulary. */
const WORDS = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function', 'text', 'thinking'])

/**
 * Renders a prompt in which no text of a user can become a control token. Each such text is replaced by a marker nobody
 * can guess before the template runs, and comes back afterwards as a literal piece; where two strings would only make one
 * together, a marker keeps them apart. Content without any, which is nearly all, is rendered as it stands, so it is tokenised
 * exactly as llama.cpp would.
 */
export const renderNeutralized = async <T>({
  content,
  render,
  findControlTexts,
}: NeutralizeOptions<T>): Promise<PromptPiece[]> => {
  const controls = new Set<string>()
  const torn = new Set<string>()
  let before = ''
  visitStrings(content, (text) => {
    for (const control of findControlTexts(text)) controls.add(control)
    if (isTorn(before, text, findControlTexts)) torn.add(before)
    before = text
    return text
  })
  if (controls.size === 0 && torn.size === 0) return [{ text: await render(content), literal: false }]

  // Longest first: a control text may contain another.
  const texts = ['', ...[...controls].toSorted((a, b) => b.length - a.length)]
  const nonce = createSecretId()
  const mark = (index: number): string => `m${nonce}n${index}e`
  const marked = visitStrings(content, (text) => {
    const plain = texts.reduce((rest, control, index) => (control ? rest.replaceAll(control, mark(index)) : rest), text)
    return torn.has(text) ? `${plain}${mark(0)}` : plain
  })
  const pieces = (await render(marked))
    .split(new RegExp(`m${nonce}n(\\d+)e`))
    .map((text, index) => (index % 2 ? { text: texts[Number(text)]!, literal: true } : { text, literal: false }))
  return pieces.filter(({ text }) => text !== '')
}

/** Longest control text that could lie across the edge of two strings. */
const EDGE = 64

/** Whether two strings that follow each other, with or without white space between, make a control text together. */
const isTorn = (before: string, after: string, findControlTexts: (text: string) => string[]): boolean => {
  const tail = before.trimEnd().slice(-EDGE)
  const head = after.trimStart().slice(0, EDGE)
  if (!tail || !head || !/[^\w\s.,;:!?'"()-]/.test(tail)) return false
  const known = new Set([...findControlTexts(tail), ...findControlTexts(head)])
  return findControlTexts(tail + head).some((control) => !known.has(control))
}

const visitStrings = <T>(value: T, change: (text: string) => string): T => {
  const visit = (node: unknown): unknown => {
    if (typeof node === 'string') return WORDS.has(node) ? node : change(node)
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([key, child]) => [FIELDS.has(key) ? key : change(key), visit(child)]),
    )
  }
  return visit(value) as T
}

/** Names of our own: not looked at. */
const FIELDS = new Set([
  'role',
  'type',
  'content',
  'name',
  'tool_calls',
  'tool_call_id',
  'id',
  'function',
  'arguments',
  'parameters',
  'description',
  'properties',
  'required',
  'reasoning_content',
  'thinking',
  'reasoning',
  'text',
])
