import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { readProviders, selectProvider } from './select-provider.ts'

const choices = readProviders(['tensorrt', { name: 'cuda', deviceId: 1 }, 'cpu'])
const failure = (code: 'unsupported' | 'engine_crashed' | 'model_invalid', message: string): RtError =>
  new RtError({ code, message })

describe('selectProvider', () => {
  it('takes the first that runs the model, and says why not those before', async () => {
    const tried: string[] = []
    const selected = await selectProvider(choices, async ({ name }) => {
      tried.push(name)
      if (name === 'tensorrt') throw failure('unsupported', 'libnvinfer is missing')
      if (name === 'cuda') throw failure('engine_crashed', 'the driver took the process along')
      return 'runs'
    })
    expect(tried).toEqual(['tensorrt', 'cuda', 'cpu'])
    expect(selected).toEqual({
      provider: { name: 'cpu' },
      value: 'runs',
      passedOver: [
        { provider: 'tensorrt', reason: 'libnvinfer is missing' },
        { provider: 'cuda', reason: 'the driver took the process along' },
      ],
    })
  })

  it('asks nobody further once one runs, and hands its device over', async () => {
    const { provider } = await selectProvider(choices, async ({ name }) => {
      if (name === 'tensorrt') throw failure('unsupported', 'no')
      if (name === 'cpu') throw failure('model_invalid', 'never reached')
      return name
    })
    expect(provider).toEqual({ name: 'cuda', deviceId: 1 })
  })

  it('does not try a damaged model again elsewhere', async () => {
    let tries = 0
    const work = selectProvider(choices, async () => {
      tries++
      throw failure('model_invalid', 'damaged')
    })
    await expect(work).rejects.toMatchObject({ code: 'model_invalid' })
    expect(tries).toBe(1)
  })

  it('says all reasons when a forced provider is not there', async () => {
    const forced = readProviders(['cuda'])
    await expect(
      selectProvider(forced, () => Promise.reject(failure('unsupported', 'no driver'))),
    ).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('cuda: no driver'),
      data: { passedOver: [{ provider: 'cuda', reason: 'no driver' }] },
    })
  })

  it('says what the machine lacks, where that can be told', async () => {
    const { passedOver } = await selectProvider(
      choices,
      ({ name }) => (name === 'cpu' ? Promise.resolve(1) : Promise.reject(failure('unsupported', 'Failed to load'))),
      async (name) => (name === 'tensorrt' ? 'TensorRT not found (libnvinfer.so)' : undefined),
    )
    expect(passedOver).toEqual([
      { provider: 'tensorrt', reason: 'TensorRT not found (libnvinfer.so)' },
      { provider: 'cuda', reason: 'Failed to load' },
    ])
  })

  it('passes over one that crashed with the model so often that the engine refuses it, not one without its file', async () => {
    const refuse = (data?: { crashes: number }) => async () => {
      throw new RtError({ code: 'model_unavailable', message: 'no', ...(data && { data }) })
    }
    await expect(selectProvider(choices.slice(0, 2), refuse({ crashes: 3 }))).rejects.toMatchObject({
      code: 'unsupported',
    })
    await expect(selectProvider(choices, refuse({ crashes: 3 }))).rejects.toMatchObject({ code: 'model_unavailable' })
    await expect(selectProvider(choices.slice(0, 2), refuse())).rejects.toMatchObject({ code: 'model_unavailable' })
  })

  it('leaves a crash on the CPU to the caller: nothing comes after it', async () => {
    const crash = selectProvider(choices.slice(2), () => Promise.reject(failure('engine_crashed', 'gone')))
    await expect(crash).rejects.toMatchObject({ code: 'engine_crashed' })
  })

  it('knows the names there are', () => {
    expect(() => readProviders(['gpu' as 'cpu'])).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    expect(() => readProviders([])).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
