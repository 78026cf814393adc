import type { CatalogEntry } from '../types.ts'
import { ggufOnHub, onnxOnHub } from './on-hub.ts'

export const RERANK_ENTRIES: CatalogEntry[] = [
  onnxOnHub(
    {
      name: 'jina-reranker-v1-tiny-en',
      aliases: ['jina-reranker-tiny'],
      kind: 'rerank',
      licence: 'Apache-2.0',
      context: 8192,
      note: 'English, int8; the quickest',
    },
    'jinaai/jina-reranker-v1-tiny-en',
    { model: 'onnx/model_int8.onnx', bytes: 33_424_854, tokenizerBytes: 2_030_772 },
  ),
  onnxOnHub(
    {
      name: 'mxbai-rerank-xsmall-v1',
      aliases: ['mxbai-rerank-xsmall'],
      kind: 'rerank',
      licence: 'Apache-2.0',
      context: 512,
      note: 'English, int8',
    },
    'mixedbread-ai/mxbai-rerank-xsmall-v1',
    { model: 'onnx/model_quantized.onnx', bytes: 87_245_802, tokenizerBytes: 8_649_139 },
  ),
  onnxOnHub(
    {
      name: 'bge-reranker-base',
      kind: 'rerank',
      licence: 'MIT',
      context: 512,
      note: 'English and Chinese, int8',
    },
    'Xenova/bge-reranker-base',
    { model: 'onnx/model_quantized.onnx', bytes: 279_301_077, tokenizerBytes: 17_098_079 },
  ),
  ggufOnHub(
    {
      name: 'bge-reranker-v2-m3',
      kind: 'rerank',
      licence: 'Apache-2.0',
      context: 8192,
      note: 'many languages',
    },
    'gpustack/bge-reranker-v2-m3-GGUF/bge-reranker-v2-m3-Q8_0.gguf',
    635_676_416,
  ),
]
