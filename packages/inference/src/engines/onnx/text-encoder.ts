import { RtError } from '@rt/core'
import { type LoadedTokenizer, loadTokenizer } from './load-tokenizer.ts'
import { readTemplate, type TemplateStep } from './pair-template.ts'

export interface EncodedText {
  ids: number[]
  /** Which text of a pair each token is of. Default: all of the first. */
  types?: number[]
  /** The text was longer than the model takes. */
  truncated: boolean
}

export interface TextEncoder {
  readonly padId: number
  encode(text: string): EncodedText
  /** Both as one input. The second is cut, and the first only where it takes more than half of the room. */
  encodePair(first: string, second: string): EncodedText
}

/** Characters read for each token there is room for: a book handed in as one text must not be tokenised whole. */
const CHARS_PER_TOKEN = 64

/**
 * The tokenizer of a model that reads texts, with the truncation that @huggingface/tokenizers lacks: at most `maxTokens`
 * ids, special ones included, and the closing special token is kept. No text can bring special tokens of its own along.
 */
export const createTextEncoder = (
  { tokenizer, json, hasControlText, encodeLiteral }: LoadedTokenizer,
  maxTokens: number,
): TextEncoder => {
  const closing = tokenizer.encode('').ids.at(-1)
  const [single, pair] = [readTemplate(json, 'single'), readTemplate(json, 'pair')]
  const read = (text: string): string => text.slice(0, maxTokens * CHARS_PER_TOKEN)
  const whole = (text: string): number[] =>
    single && hasControlText(text) ? fill(single, { A: encodeLiteral(text), B: [] }).ids : tokenizer.encode(text).ids
  const padId = tokenizer.token_to_id('[PAD]') ?? tokenizer.token_to_id('<pad>') ?? 0
  return {
    padId,
    encode(text) {
      const found = whole(read(text))
      // A model cannot read nothing at all.
      const ids = found.length ? found : [padId]
      if (ids.length <= maxTokens) return { ids, truncated: read(text).length < text.length }
      const hasClosing = closing !== undefined && ids.at(-1) === closing
      return { ids: hasClosing ? [...ids.slice(0, maxTokens - 1), closing] : ids.slice(0, maxTokens), truncated: true }
    },
    encodePair(first, second) {
      if (!pair) throw noPairs()
      const room = Math.max(0, maxTokens - pair.filter((step) => 'id' in step).length)
      const [a, b] = [encodeLiteral(read(first)), encodeLiteral(read(second))]
      const A = a.slice(0, Math.max(Math.floor(room / 2), room - b.length))
      const B = b.slice(0, room - A.length)
      const cut = A.length < a.length || B.length < b.length || read(second).length < second.length
      return { ...fill(pair, { A, B }), truncated: cut || read(first).length < first.length }
    },
  }
}

const fill = (template: TemplateStep[], texts: Record<'A' | 'B', number[]>): { ids: number[]; types: number[] } => {
  const ids: number[] = []
  const types: number[] = []
  for (const step of template) {
    const some = 'id' in step ? [step.id] : texts[step.text]
    ids.push(...some)
    types.push(...some.map(() => step.type))
  }
  return { ids, types }
}

const noPairs = (): RtError =>
  new RtError({
    code: 'model_invalid',
    message: 'the tokenizer does not say how two texts become one input.',
    hint: 'A reranker needs a tokenizer.json with a template for pairs.',
  })

/** @throws RtError `model_unavailable` when the file cannot be read, `model_invalid` when it is no tokenizer. */
export const loadTextEncoder = async (path: string, maxTokens: number, id: string): Promise<TextEncoder> =>
  createTextEncoder(await loadTokenizer(path, id), maxTokens)
