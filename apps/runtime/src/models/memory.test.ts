import { createCatalog } from '@rt/inference/catalog'
import { expect, it } from 'vitest'
import { createMemory } from './memory.ts'

const pinsBy = (...pinned: string[]) => {
  const settings = {
    memoryBudget: '1GB',
    memoryWait: '1s',
    kvBudget: undefined,
    keepAlive: '5m',
    pinned,
    aliases: { small: ['smollm2:135m', 'qwen2.5-coder:1.5b'] },
  }
  return createMemory(settings, { catalog: createCatalog({ env: {} }), signal: new AbortController().signal }).isPinned
}

it('pins a model by each of its names, however they are written', () => {
  for (const name of ['smollm2:135m', 'SmolLM2:135M', 'smollm2', 'smollm2:latest', ' smollm2:135m-instruct ']) {
    expect(pinsBy(name)('smollm2:135m'), name).toBe(true)
    expect(pinsBy(name)('qwen2.5-coder:1.5b'), name).toBe(false)
  }
})

it('pins all that an alias stands for, and files by their paths', () => {
  expect(pinsBy('small')('qwen2.5-coder:1.5b')).toBe(true)
  expect(pinsBy('./mine.gguf')('./mine.gguf')).toBe(true)
  expect(pinsBy()('./mine.gguf')).toBe(false)
})
