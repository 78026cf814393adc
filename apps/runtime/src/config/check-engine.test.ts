import { expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'

const load = (engine: object) => loadConfig({}, { env: {}, config: false, engine })

it('each key of a program wins; what is not said stays out', async () => {
  const { settings } = await load({ onnx: { threads: 2, deviceId: undefined }, models: { a: { pooling: 'cls' } } })
  expect(settings.engine).toEqual({ onnx: { threads: 2 }, gguf: {}, models: { a: { pooling: 'cls' } } })
})

it.each<[object, string, string]>([
  [{ onxx: {} }, 'engine has no "onxx"', 'Did you mean onnx?'],
  [{ onnx: { device_id: 1 } }, 'engine.onnx has no "device_id"', 'deviceId'],
  [{ onnx: { deviceId: -1 } }, 'engine.onnx.deviceId is -1', 'from 0 on'],
  [{ gguf: { speculation: 'no' } }, 'engine.gguf.speculation is "no"', 'true or false'],
  [{ gguf: { threads: 1.5 } }, 'engine.gguf.threads is 1.5', 'from 1 on'],
  [{ models: { a: { pooling: 'max' } } }, 'engine.models.a.pooling is "max"', 'cls, mean, last'],
  [{ models: { a: { dimensions: Number.NaN } } }, 'engine.models.a.dimensions is', 'from 1 on'],
])('%j is refused in the words of a program', async (engine, message, hint) => {
  await expect(load(engine)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  })
})
