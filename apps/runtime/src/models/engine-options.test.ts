import type { CatalogEntry } from '@rt/inference/catalog'
import { expect, it } from 'vitest'
import { onnxChat, onnxClassifier, onnxEmbedder, onnxReranker } from './engine-options.ts'
import { withModelSettings } from './model-settings.ts'

const found = (entry: Partial<CatalogEntry>, files: { tokenizer?: string } = { tokenizer: '/m/tokenizer.json' }) => ({
  entry: { name: './m', aliases: ['m'], kind: 'chat' as const, engine: 'onnx' as const, files: [], ...entry },
  files: { model: '/m/model.onnx', ...files },
})

it('a context is what was asked for, never more than the model was trained for', () => {
  expect(onnxChat(found({ context: 8192 }), undefined).maxTokens).toBe(4096)
  expect(onnxChat(found({ context: 2048 }), undefined).maxTokens).toBe(2048)
  expect(onnxChat(found({ context: 8192, preset: { contextTokens: 512 } }), undefined).maxTokens).toBe(512)
  expect(onnxChat(found({ context: 8192 }), 10_000).maxTokens).toBe(8192)
  expect(onnxChat(found({}), 10_000).maxTokens).toBe(10_000)
})

it('what an ONNX model cannot have is said before it is loaded', () => {
  const adapters = [{ path: '/a.gguf', scale: 1 }]
  expect(() => onnxChat(found({ preset: { adapters } }), undefined)).toThrow(
    expect.objectContaining({ code: 'unsupported', message: expect.stringContaining('no LoRA adapters') }),
  )
  expect(() => onnxEmbedder(found({ kind: 'embed' }, {}), undefined)).toThrow(
    expect.objectContaining({ code: 'model_unavailable', message: expect.stringContaining('tokenizer.json') }),
  )
  expect(() => onnxClassifier(found({ kind: 'classify' }))).toThrow(
    expect.objectContaining({ code: 'model_invalid', hint: expect.stringContaining('id2label') }),
  )
})

it('a reranker that was exported with two labels is read by its second', () => {
  const labels = ['no', 'yes']
  const { entry } = withModelSettings(found({ kind: 'classify', labels }), { m: { kind: 'rerank' } })
  expect(entry.kind).toBe('rerank')
  expect(onnxReranker(found(entry))).toMatchObject({ labels: 2 })
  expect(onnxReranker(found({ kind: 'rerank' }))).not.toHaveProperty('labels')
})

it('prefixes of the settings replace those of the files one by one', () => {
  const prefixes = { query: 'q: ', document: 'd: ' }
  const { entry } = withModelSettings(found({ kind: 'embed', prefixes }), { './m': { documentPrefix: '' } })
  expect(onnxEmbedder(found(entry), 256)).toMatchObject({
    prefixes: { query: 'q: ', document: '' },
    pooling: 'mean',
    cutTo: 256,
    maxTokens: 512,
  })
})
