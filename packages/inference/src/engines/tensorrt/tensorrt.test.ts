import { describe, expect, it } from 'vitest'
import { tensorrt, type TensorrtOptions } from './index.ts'

describe('tensorrt', () => {
  it('is a choice of execution provider', () => {
    expect(tensorrt()).toEqual({ name: 'tensorrt' })
    expect(tensorrt({ deviceId: 1, cacheFolder: '/var/cache/engines' })).toEqual({
      name: 'tensorrt',
      deviceId: 1,
      cacheFolder: '/var/cache/engines',
    })
  })

  it.each([
    ['trt_fp16_enable', 'export it in fp16'],
    ['precision', 'export it in fp16'],
    ['trt_max_workspace_size', 'kserve'],
  ])('says that %s cannot be set, and what can be done', (option, hint) => {
    const options = { [option]: 1 } as TensorrtOptions
    expect(() => tensorrt(options)).toThrow(
      expect.objectContaining({ code: 'unsupported', hint: expect.stringContaining(hint), data: { option } }),
    )
  })

  it.each([{ deviceId: -1 }, { deviceId: 0.5 }, { cacheFolder: 'engines' }])('refuses %j', (options) => {
    expect(() => tensorrt(options)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
