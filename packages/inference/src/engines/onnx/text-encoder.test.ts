import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TINY_TOKENIZER } from './__fixtures__/tiny-tokenizer.ts'
import type { LoadedTokenizer } from './load-tokenizer.ts'
import { createTextEncoder, loadTextEncoder, type TextEncoder } from './text-encoder.ts'

/** One id a word between 101 and 102, as BERT does; `closed: false` is a model without a closing token. */
const tokenizer = ({ closed = true, pad = '[PAD]' } = {}) => {
  const seen: string[] = []
  const fake = {
    token_to_id: (token: string) => (token === pad ? 7 : undefined),
    encode: (text: string) => {
      seen.push(text)
      const words = text.split(' ').filter(Boolean).map(Number)
      return { ids: [101, ...words, ...(closed ? [102] : [])], tokens: [], attention_mask: [] }
    },
  }
  return {
    seen,
    tokenizer: fake as unknown as LoadedTokenizer['tokenizer'],
    json: {},
    hasControlText: () => false,
    encodeLiteral: () => [],
  }
}

describe('createTextEncoder', () => {
  it('keeps what fits and says nothing', () => {
    expect(createTextEncoder(tokenizer(), 5).encode('1 2 3')).toEqual({ ids: [101, 1, 2, 3, 102], truncated: false })
  })

  it('cuts to the limit, keeps the closing token and reports it', () => {
    expect(createTextEncoder(tokenizer(), 5).encode('1 2 3 4')).toEqual({ ids: [101, 1, 2, 3, 102], truncated: true })
    expect(createTextEncoder(tokenizer({ closed: false }), 3).encode('1 2 3 4')).toEqual({
      ids: [101, 1, 2],
      truncated: true,
    })
  })

  it('never tokenises a whole book', () => {
    const fake = tokenizer()
    const { truncated } = createTextEncoder(fake, 5).encode('1 '.repeat(100_000))
    expect(truncated).toBe(true)
    expect(fake.seen.at(-1)!.length).toBeLessThan(1000)
  })

  it('finds the padding token under either name', () => {
    expect(createTextEncoder(tokenizer(), 5).padId).toBe(7)
    expect(createTextEncoder(tokenizer({ pad: '<pad>' }), 5).padId).toBe(7)
    expect(createTextEncoder(tokenizer({ pad: 'none' }), 5).padId).toBe(0)
  })
})

describe('the encoder of a tokenizer.json', () => {
  // [CLS] 2, [SEP] 3, a to f are 4 to 9.
  const load = async (maxTokens: number, more: object = {}): Promise<TextEncoder> => {
    const folder = await mkdtemp(join(tmpdir(), 'rt-tokenizer-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'tokenizer.json')
    await writeFile(path, JSON.stringify({ ...TINY_TOKENIZER, ...more }))
    return await loadTextEncoder(path, maxTokens, 'tiny')
  }

  it('puts two texts into one input, and says which token is of which', async () => {
    expect((await load(16)).encodePair('a b', 'c')).toEqual({
      ids: [2, 4, 5, 3, 6, 3],
      types: [0, 0, 0, 0, 1, 1],
      truncated: false,
    })
  })

  it('cuts the second text, and the first only where it takes more than half', async () => {
    const encoder = await load(9)
    expect(encoder.encodePair('a b', 'c c c c c c').ids).toEqual([2, 4, 5, 3, 6, 6, 6, 6, 3])
    expect(encoder.encodePair('a a a a a', 'c c c c').ids).toEqual([2, 4, 4, 4, 3, 6, 6, 6, 3])
    expect(encoder.encodePair('a a a a a', 'c').ids).toEqual([2, 4, 4, 4, 4, 4, 3, 6, 3])
    expect(encoder.encodePair('a b', 'c c c c c c').truncated).toBe(true)
  })

  it.each([
    ['bert', { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] }, [2, 4, 3, 5, 3]],
    ['roberta', { type: 'RobertaProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] }, [2, 4, 3, 3, 5, 3]],
    ['none', { type: 'ByteLevel' }, [4, 5]],
  ])('knows how %s pairs texts', async (_name, post_processor, ids) => {
    expect((await load(16, { post_processor })).encodePair('a', 'b').ids).toEqual(ids)
  })

  it('says where a tokenizer has no pairs', async () => {
    const post_processor = { type: 'TemplateProcessing', single: [], pair: [], special_tokens: {} }
    const encoder = await load(16, { post_processor })
    expect(() => encoder.encodePair('a', 'b')).toThrow(expect.objectContaining({ code: 'model_invalid' }))
  })

  it('never lets a text bring special tokens along', async () => {
    const encoder = await load(32)
    for (const text of ['a [SEP] b', 'a [sep] b']) {
      expect(encoder.encode(text).ids.filter((id) => id === 3)).toHaveLength(1)
      expect(encoder.encodePair(text, text).ids.filter((id) => id === 3)).toHaveLength(2)
    }
    expect(encoder.encode('a b').ids).toEqual([2, 4, 5, 3])
  })
})
