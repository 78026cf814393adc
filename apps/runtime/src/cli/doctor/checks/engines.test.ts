import type { EngineVariant } from '@rt/inference/engines'
import { expect, it } from 'vitest'
import { findingOf } from './engines.ts'

const missing = (engine: EngineVariant['engine'], variant: EngineVariant['variant'], fix?: string): EngineVariant => ({
  engine,
  variant,
  available: false,
  reason: 'it is not there',
  ...(fix && { fix }),
})

it('is red only for what is needed, always with a fix', () => {
  expect(findingOf(missing('gguf', 'cpu', 'npm install a'))).toMatchObject({ state: 'red', fix: 'npm install a' })
  expect(findingOf(missing('gguf', 'metal'))).toMatchObject({
    state: 'red',
    fix: expect.stringContaining('Use a system'),
  })
  expect(findingOf(missing('onnx', 'cpu', 'npm install b'))).toMatchObject({ name: 'onnx cpu', state: 'red' })
})

it('tells of a GPU that is one command away, and only notes one that is not there', () => {
  expect(findingOf(missing('gguf', 'cuda', 'npm install c'))).toEqual({
    name: 'gguf cuda',
    state: 'warning',
    detail: 'no: it is not there',
    fix: 'npm install c',
  })
  expect(findingOf(missing('gguf', 'vulkan', 'For a GPU, install its driver.'))).toEqual({
    name: 'gguf vulkan',
    state: 'ok',
    detail: 'no: it is not there',
  })
  expect(findingOf(missing('tensorrt', 'cuda'))).toMatchObject({ name: 'tensorrt', state: 'ok' })
})
