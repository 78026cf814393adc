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
  render: (content: T) => string
  /** The texts within `text` that the tokenizer would read as control tokens. */
  findControlTexts: (text: string) => string[]
  /** Strings under these keys are ours, not a user's. */
  trustedKeys?: readonly string[]
}

/**
 * Renders a prompt in which no text of a user can become a control token. Each such text is replaced by a marker nobody
 * can guess before the template runs, and comes back afterwards as a literal piece. Content without any, which is nearly
 * all, is rendered as it stands, so it is tokenised exactly as llama.cpp would.
 */
export const renderNeutralized = <T>({
  content,
  render,
  findControlTexts,
  trustedKeys = [],
}: NeutralizeOptions<T>): PromptPiece[] => {
  const controls = new Set<string>()
  mapStrings(content, trustedKeys, (text) => {
    for (const control of findControlTexts(text)) controls.add(control)
    return text
  })
  if (controls.size === 0) return [{ text: render(content), literal: false }]

  // Longest first: a control text may contain another.
  const texts = [...controls].toSorted((a, b) => b.length - a.length)
  const nonce = createSecretId()
  const marked = mapStrings(content, trustedKeys, (text) =>
    texts.reduce((rest, control, index) => rest.replaceAll(control, `m${nonce}n${index}e`), text),
  )
  return render(marked)
    .split(new RegExp(`m${nonce}n(\\d+)e`))
    .map((text, index) => (index % 2 ? { text: texts[Number(text)]!, literal: true } : { text, literal: false }))
    .filter(({ text }) => text !== '')
}

const mapStrings = <T>(value: T, trustedKeys: readonly string[], change: (text: string) => string): T => {
  const visit = (node: unknown): unknown => {
    if (typeof node === 'string') return change(node)
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([key, child]) => [change(key), trustedKeys.includes(key) ? child : visit(child)]),
    )
  }
  return visit(value) as T
}
