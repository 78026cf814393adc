import { describe, expect, it } from 'vitest'
import { createTextEncoder } from './text-encoder.ts'

/** One id a word between 101 and 102, as BERT does; `closed: false` is a model without a closing token. */
const tokenizer = ({ closed = true, pad = '[PAD]' } = {}) => {
  const seen: string[] = []
  return {
    seen,
    token_to_id: (token: string) => (token === pad ? 7 : undefined),
    encode: (text: string) => {
      seen.push(text)
      const words = text.split(' ').filter(Boolean).map(Number)
      return { ids: [101, ...words, ...(closed ? [102] : [])], tokens: [], attention_mask: [] }
    },
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
