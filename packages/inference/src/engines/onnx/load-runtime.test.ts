import { describe, expect, it } from 'vitest'
import { loadRuntime } from './load-runtime.ts'

describe('loadRuntime', () => {
  it('names the command that installs the missing package', async () => {
    const missing = Object.assign(new Error("Cannot find package 'onnxruntime-node' imported from here"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(loadRuntime(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'engine_unavailable',
      retryable: false,
      hint: expect.stringContaining('npm install onnxruntime-node'),
    })
  })

  it('repeats what the loader says when the package is there', async () => {
    const broken = new Error('libonnxruntime.so.1: cannot open shared object file')
    await expect(loadRuntime(() => Promise.reject(broken))).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringContaining('libonnxruntime.so.1'),
    })
  })
})
