import { getLlama, type Llama } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { readGgufHeader } from './read-gguf-header.ts'
import { summarizeGguf } from './summarize-gguf.ts'
import { TENSOR_TYPES } from './tensor-types.ts'

test('a real file is read, as the engine reads it', async () => {
  const { files } = await createCatalog().ensure('smollm2:135m')
  expect(summarizeGguf(await readGgufHeader(files.model))).toMatchObject({
    architecture: 'llama',
    parameters: 134_515_008,
    quantization: 'Q4_1',
    contextTokens: 8192,
    embeddingLength: 576,
    layers: 30,
  })
})

test('the table of tensor types is that of the library', async () => {
  await using llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1 })
  const { getBlockSizeForGgmlType, getTypeSizeForGgmlType } = (llama as WithBindings)._bindings
  for (const [number, { name, block, bytes }] of TENSOR_TYPES) {
    const found = { name, block: getBlockSizeForGgmlType(number), bytes: getTypeSizeForGgmlType(number) }
    expect(found).toEqual({ name, block, bytes })
  }
})

/** Internal to node-llama-cpp, whose version is pinned. */
type WithBindings = Llama & {
  _bindings: Record<'getBlockSizeForGgmlType' | 'getTypeSizeForGgmlType', (type: number) => number | undefined>
}
