import { readFile } from 'node:fs/promises'
import { RtError } from '@rt/core'
import type * as Library from '@huggingface/tokenizers'
import type { Tokenizer } from '@huggingface/tokenizers'
import type { TokenizerJson } from './pair-template.ts'

export interface LoadedTokenizer {
  tokenizer: Tokenizer
  json: TokenizerJson
  /** Whether a text of a user has one of the tokenizer's special tokens in it, as letters. */
  hasControlText(text: string): boolean
  /** Ids of a text of a user, without special tokens: what looks like one is only text. */
  encodeLiteral(text: string): number[]
}

/** @throws RtError `model_unavailable` when the file cannot be read, `model_invalid` when it is no tokenizer. */
export const loadTokenizer = async (path: string, id: string): Promise<LoadedTokenizer> => {
  const [text, library] = await Promise.all([
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
    return createTokenizer(library, JSON.parse(text) as TokenizerJson)
  } catch (cause) {
    throw new RtError({
      code: 'model_invalid',
      message: `the tokenizer file of ${id} is no Hugging Face tokenizer.json.`,
      hint: FETCH,
      cause,
    })
  }
}

/** The second argument of the library is tokenizer_config.json; it holds nothing that is needed here, but must be there. */
const createTokenizer = (library: typeof Library, json: TokenizerJson): LoadedTokenizer => {
  const tokenizer = new library.Tokenizer(json, {})
  const controls = (json.added_tokens ?? []).filter(({ special }) => special).map(({ content }) => plain(content))
  const hasControlText = (text: string): boolean => {
    const seen = plain(text)
    return controls.some((control) => seen.includes(control))
  }
  // A second vocabulary in memory, for the few who write of special tokens.
  const literal = lazily(
    () =>
      new library.Tokenizer({ ...json, added_tokens: (json.added_tokens ?? []).filter(({ special }) => !special) }, {}),
  )
  return {
    tokenizer,
    json,
    hasControlText,
    encodeLiteral: (text) =>
      (hasControlText(text) ? literal() : tokenizer).encode(text, { add_special_tokens: false }).ids,
  }
}

const lazily = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Tokenizers may look for special tokens after they normalised the text. */
const plain = (text: string): string => text.normalize('NFKC').toLowerCase()

const FETCH = 'Fetch the model again: rt pull <name>.'
