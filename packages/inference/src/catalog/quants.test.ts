import { describe, expect, it } from 'vitest'
import { chooseQuant, listQuants, quantOf } from './quants.ts'

describe('quantOf', () => {
  it.each([
    ['Qwen3-0.6B-Q8_0.gguf', 'Q8_0'],
    ['qwen2.5-coder-1.5b-instruct-q4_k_m.gguf', 'Q4_K_M'],
    ['SmolLM2-135M-Instruct.Q4_1.gguf', 'Q4_1'],
    ['Q5_K_M/Model-00001-of-00002.gguf', 'Q5_K_M'],
    ['Model-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
    ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
    ['model-fp16.gguf', 'F16'],
    ['nomic-embed-text-v1.5.f16.gguf', 'F16'],
    ['Model-IQ2_XXS.gguf', 'IQ2_XXS'],
    ['phi-4-q4.gguf', 'Q4'],
    ['model.gguf', undefined],
    ['Q-model.gguf', undefined],
  ])('%s is %s', (name, quant) => expect(quantOf(name)).toBe(quant))
})

const GB = 1e9
const files = [
  { path: 'README.md', bytes: 10 },
  { path: 'mmproj-F16.gguf', bytes: GB },
  { path: 'M-Q2_K.gguf', bytes: 2 * GB },
  { path: 'M-Q4_K_M.gguf', bytes: 4 * GB },
  { path: 'M-Q8_0.gguf', bytes: 8 * GB },
  { path: 'M-F16/M-F16-00001-of-00002.gguf', bytes: 8 * GB },
  { path: 'M-F16/M-F16-00002-of-00002.gguf', bytes: 7 * GB },
]
const choices = listQuants(files)
const choose = (memoryBytes: number, quant?: string, among = choices): string =>
  chooseQuant(among, { name: 'hf:o/r', quant, memoryBytes }).choice.path

describe('chooseQuant', () => {
  it('counts the parts of a split model as one, and leaves out what is no model', () => {
    expect(choices.map(({ quant, bytes }) => [quant, bytes])).toEqual([
      ['Q2_K', 2 * GB],
      ['Q4_K_M', 4 * GB],
      ['Q8_0', 8 * GB],
      ['F16', 15 * GB],
    ])
  })

  it('takes Q4_K_M where it fits, else the largest that fits', () => {
    expect(choose(64 * GB)).toBe('M-Q4_K_M.gguf')
    expect(choose(6 * GB)).toBe('M-Q2_K.gguf')
    const without = choices.filter(({ quant }) => quant !== 'Q4_K_M')
    expect(choose(64 * GB, undefined, without)).toBe('M-Q8_0.gguf')
    expect(
      choose(
        64 * GB,
        undefined,
        without.filter(({ quant }) => quant === 'F16' || quant === 'Q2_K'),
      ),
    ).toBe('M-Q2_K.gguf')
  })

  it('takes what is named, whatever its size and case', () => {
    expect(choose(1, 'f16')).toBe('M-F16/M-F16-00001-of-00002.gguf')
    expect(choose(1, 'Q4_K_XL', listQuants([{ path: 'a-UD-Q4_K_XL.gguf' }]))).toBe('a-UD-Q4_K_XL.gguf')
  })

  it('says what there is', () => {
    expect(() => choose(64 * GB, 'Q3_K_M')).toThrow(
      expect.objectContaining({ code: 'model_not_found', hint: expect.stringContaining('Q4_K_M (4.0 GB)') }),
    )
    expect(() => choose(1 * GB)).toThrow(
      expect.objectContaining({ code: 'model_unavailable', hint: expect.stringContaining('hf:o/r:Q2_K') }),
    )
    expect(() => choose(1, undefined, [])).toThrow(expect.objectContaining({ code: 'model_not_found' }))
  })
})
