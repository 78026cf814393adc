import { readFile } from 'node:fs/promises'
import { RtError } from '@rt/core'
import type { Tokenizer } from '@huggingface/tokenizers'

export interface EncodedText {
  ids: number[]
  /** The text was longer than the model takes. */
  truncated: boolean
}

export interface TextEncoder {
  readonly padId: number
  encode(text: string): EncodedText
}

/** Characters read for each token there is room for: a book handed in as one text must not be tokenised whole. */
const CHARS_PER_TOKEN = 64

/**
 * The tokenizer of an embedding model with the truncation that @huggingface/tokenizers lacks: at most `maxTokens` ids,
 * special ones included, and the closing special token is kept.
 */
export const createTextEncoder = (
  tokenizer: Pick<Tokenizer, 'encode' | 'token_to_id'>,
  maxTokens: number,
): TextEncoder => {
  const closing = tokenizer.encode('').ids.at(-1)
  return {
    padId: tokenizer.token_to_id('[PAD]') ?? tokenizer.token_to_id('<pad>') ?? 0,
    encode(text) {
      const read = text.slice(0, maxTokens * CHARS_PER_TOKEN)
      const { ids } = tokenizer.encode(read)
      if (ids.length <= maxTokens) return { ids, truncated: read.length < text.length }
      const hasClosing = closing !== undefined && ids.at(-1) === closing
      return { ids: hasClosing ? [...ids.slice(0, maxTokens - 1), closing] : ids.slice(0, maxTokens), truncated: true }
    },
  }
}

/** @throws RtError `model_unavailable` when the file cannot be read, `model_invalid` when it is no tokenizer. */
export const loadTextEncoder = async (path: string, maxTokens: number, id: string): Promise<TextEncoder> => {
  const [json, library] = await Promise.all([
    readFile(path, 'utf8').catch((cause: unknown) => {
      throw new RtError({
        code: 'model_unavailable',
        message: `the tokenizer of ${id} cannot be read.`,
        hint: FETCH,
        cause,
      })
    }),
    import('@huggingface/tokenizers'),
  ])
  try {
    // The second argument is tokenizer_config.json; it holds nothing that plain encoding needs, but must be there.
    return createTextEncoder(new library.Tokenizer(JSON.parse(json) as object, {}), maxTokens)
  } catch (cause) {
    throw new RtError({
      code: 'model_invalid',
      message: `the tokenizer file of ${id} is no Hugging Face tokenizer.json.`,
      hint: FETCH,
      cause,
    })
  }
}

const FETCH = 'Fetch the model again: rt pull <name>.'
