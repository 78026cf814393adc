import { expect, test } from 'vitest'
import { crashed } from './crashed.ts'

const exit = {
  code: null,
  signal: 'SIGABRT',
  expected: false,
  hung: false,
  memoryBytes: undefined,
  output: 'GGML_ASSERT at /home/x',
}

test('an abort is told with its signal, and what it printed stays here', () => {
  const error = crashed('gguf engine', exit)
  expect(error).toMatchObject({
    code: 'engine_crashed',
    retryable: true,
    message: 'the gguf engine stopped in the middle of its work (signal SIGABRT).',
    hint: expect.not.stringContaining('memory') as unknown,
    data: { engine: 'gguf engine', signal: 'SIGABRT', exitCode: null, hung: false },
    cause: { message: exit.output },
  })
  expect(JSON.stringify(error)).not.toContain('GGML_ASSERT')
})

test('a kill that is not ours is told with the memory it held, and what helps', () => {
  expect(crashed('gguf engine', { ...exit, signal: 'SIGKILL', memoryBytes: 3.2e9 })).toMatchObject({
    message:
      'the gguf engine was killed in the middle of its work (signal SIGKILL); it held 3200 MB of memory when last asked.',
    hint: expect.stringMatching(/runs out of memory.*smaller/) as unknown,
    data: { memoryBytes: 3.2e9 },
  })
})

test('one that hung and was killed by us is not told to need less memory', () => {
  expect(crashed('onnx engine', { ...exit, signal: 'SIGKILL', hung: true })).toMatchObject({
    message: 'the onnx engine no longer answered and was killed.',
    hint: expect.not.stringContaining('memory') as unknown,
  })
})
