import type { ExecutionProvider } from '@rt/inference/onnx'
import * as z from 'zod'
import { formed, oneOf, table, tables, text, truth, whole } from './keys.ts'
import { noted } from './note.ts'

/** As the engine has them, which is not loaded for this. */
const EXECUTION_PROVIDERS = [
  'tensorrt',
  'cuda',
  'coreml',
  'dml',
  'webgpu',
  'cpu',
] as const satisfies readonly ExecutionProvider[]
const FOLDER = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/
const threads = whole(1, 256, { meaning: 'Threads of this engine.', otherwise: 'as threads of [engine]' })

/** `[engine.onnx]`, `[engine.gguf]`, `[engine.models.NAME]`. */
export const engineTables: Record<'onnx' | 'gguf' | 'models', z.ZodOptional> = {
  onnx: table(
    {
      providers: noted(z.array(z.enum(EXECUTION_PROVIDERS)).min(1), {
        meaning: 'What may compute, best first: each model takes the first that runs it, `rt ps` says which and why.',
        expects: `a list of ${EXECUTION_PROVIDERS.join(', ')}`,
        otherwise: `all: ${EXECUTION_PROVIDERS.join(', ')}`,
      }).optional(),
      device_id: whole(0, 255, { meaning: 'Which GPU.', otherwise: 'the first' }),
      threads,
      tensorrt_cache: formed(FOLDER, {
        meaning: 'Folder where TensorRT keeps what it built for this GPU. Whoever can write there decides what runs.',
        expects: 'an absolute path',
        otherwise: 'it is built at each start',
      }),
    },
    { meaning: 'Embedders, rerankers, classifiers and chat models in ONNX files.' },
  ),
  gguf: table(
    {
      threads,
      kv_disk_bytes: whole(0, 2 ** 50, {
        meaning:
          'Most bytes of key-value caches of threads that are saved in the data folder, so that a thread goes on without being read again; 0 = nothing is saved, and what was is deleted.',
        otherwise: '1000000000 (1 GB)',
      }),
      speculation: truth({
        meaning:
          'Guess tokens where an answer repeats its prompt or itself, while measurements of the model say that it pays.',
        otherwise: 'true',
      }),
    },
    { meaning: 'Models in GGUF files.' },
  ),
  models: tables(
    {
      keys: {
        kind: oneOf(['chat', 'embed', 'rerank', 'classify'], {
          meaning: 'What it does.',
          otherwise: 'as its file or those beside it say',
        }),
        pooling: oneOf(['cls', 'mean', 'last'], {
          meaning:
            'Of an embedder: which hidden state is the vector, that of the first token, the mean, or the last. As it was trained.',
          otherwise: 'as its files say, else mean',
        }),
        dimensions: whole(1, 100_000, {
          meaning: 'Of an embedder trained for it (Matryoshka): so many numbers of each vector are kept.',
          otherwise: 'all',
        }),
        query_prefix: text({ meaning: 'Of an embedder: put before each question.', otherwise: 'as its files say' }),
        document_prefix: text({
          meaning: 'Of an embedder: put before each text that is searched.',
          otherwise: 'as its files say',
        }),
      },
    },
    {
      name: 'NAME',
      meaning:
        'What the files of a model here do not tell of it, or tell wrong. Its name stands in quotes, as it is asked for: `[engine.models."./models/gte"]`.',
    },
  ),
}
