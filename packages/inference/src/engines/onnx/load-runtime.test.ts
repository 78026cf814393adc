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
      message: 'onnxruntime-node does not start: libonnxruntime.so.1: cannot open shared object file',
    })
  })

  it.each([
    [
      '/home/ada/app/node_modules/x/linux/x64/lib.so.1: cannot open: No such file',
      'lib.so.1: cannot open: No such file',
    ],
    ['dlopen(/Users/Ada L/x/lib.dylib, 0x1): tried: (no such file)', 'dlopen(lib.dylib, 0x1): tried: (no such file)'],
    ["Cannot find module 'C:\\Users\\Ada L\\x.node'", "Cannot find module 'x.node'"],
    [
      "Cannot find module '/home/ada/x.js' imported from file:///home/ada/y.mjs",
      "Cannot find module 'x.js' imported from file:y.mjs",
    ],
  ])('names files without their folders: %s', async (text, shown) => {
    await expect(loadRuntime(() => Promise.reject(new Error(text)))).rejects.toMatchObject({
      message: `onnxruntime-node does not start: ${shown}`,
    })
  })
})
