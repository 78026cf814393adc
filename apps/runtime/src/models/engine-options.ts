import { RtError } from '@rt/core'
import type { FileRole, ResolvedModel } from '@rt/inference/catalog'
import type { GgufEmbedderOptions, GgufModelOptions, GgufRerankerOptions } from '@rt/inference/gguf'
import type {
  OnnxClassifierOptions,
  OnnxEmbedderOptions,
  OnnxLanguageModelOptions,
  OnnxModelOptions,
  OnnxRerankerOptions,
} from '@rt/inference/onnx'
import type { FileIdentity } from '@rt/node/files'

/** A model, in the words of the engine that runs it. */
type Found = Pick<ResolvedModel, 'entry' | 'files' | 'stamps'>

/** Where nobody says how long a conversation may be. */
export const DEFAULT_CONTEXT = 4096
/** The same of a text that is read as a whole. */
const DEFAULT_TEXT = 512

export const ggufChat = ({ entry, files, stamps }: Found, contextTokens: number | undefined): GgufModelOptions => {
  const { preset = {} } = entry
  return {
    id: entry.name,
    path: files.model,
    stamp: stamps?.model,
    parts: partsOf(files, stamps),
    contextTokens: contextTokens ?? preset.contextTokens,
    sampling: entry.sampling,
    adapters: preset.adapters,
    ...(preset.template !== undefined && { template: preset.template }),
  }
}

export const onnxChat = (found: Found, contextTokens: number | undefined): OnnxLanguageModelOptions => {
  const { name, sampling, context, preset = {} } = found.entry
  if (preset.adapters?.length)
    throw new RtError({
      code: 'unsupported',
      message: `${name} is an ONNX model, which takes no LoRA adapters.`,
      hint: 'Use a GGUF file of the model, or an export with the adapter merged into it.',
    })
  const wanted = contextTokens ?? preset.contextTokens ?? DEFAULT_CONTEXT
  return { ...onnxModel(found, Math.min(wanted, context ?? wanted)), sampling, template: preset.template }
}

export const ggufEmbedder = ({ entry, files, stamps }: Found, cutTo: number | undefined): GgufEmbedderOptions => ({
  id: entry.name,
  path: files.model,
  stamp: stamps?.model,
  pooling: entry.pooling,
  prefixes: entry.prefixes,
  dimensions: entry.dimensions,
  cutTo,
  relatedCosine: entry.relatedCosine,
  // Without a stamp nobody says that it is still that file.
  sha256: stamps?.model && entry.files.find(({ role }) => role === 'model')?.sha256,
})

export const onnxEmbedder = (found: Found, cutTo: number | undefined): OnnxEmbedderOptions => {
  const { pooling = 'mean', normalize = true, prefixes, context, dimensions, relatedCosine } = found.entry
  const model = onnxModel(found, context ?? DEFAULT_TEXT)
  return { ...model, pooling, normalize, prefixes, dimensions, cutTo, relatedCosine }
}

export const ggufReranker = ({ entry, files, stamps }: Found): GgufRerankerOptions => ({
  id: entry.name,
  path: files.model,
  stamp: stamps?.model,
})

export const onnxReranker = (found: Found): OnnxRerankerOptions => ({
  ...onnxModel(found, found.entry.context ?? DEFAULT_TEXT),
  // Some are exported as classifiers, of which the second label says "relevant".
  ...(found.entry.labels?.length === 2 && { labels: 2 }),
})

export const onnxClassifier = (found: Found): OnnxClassifierOptions => {
  const { name, context = DEFAULT_TEXT, labels = [], multiLabel } = found.entry
  if (labels.length === 0)
    throw new RtError({
      code: 'model_invalid',
      message: `nothing says what ${name} tells apart.`,
      hint: "Put the model's config.json with its id2label beside tokenizer.json.",
    })
  return { ...onnxModel(found, context), labels, ...(multiLabel && { multiLabel }) }
}

const onnxModel = ({ entry, files, stamps }: Found, maxTokens: number): OnnxModelOptions => {
  if (files.tokenizer === undefined)
    throw new RtError({
      code: 'model_unavailable',
      message: `${entry.name} has no tokenizer: there is no tokenizer.json beside it.`,
      hint: "Put the model's own tokenizer.json (Hugging Face) into the folder of the .onnx file, or above it when that is called onnx.",
    })
  return { id: entry.name, modelPath: files.model, tokenizerPath: files.tokenizer, stamps, maxTokens }
}

/** Further files of a split model, as they were checked. */
const partsOf = (
  files: ResolvedModel['files'],
  stamps: ResolvedModel['stamps'],
): { path: string; stamp?: FileIdentity | undefined }[] =>
  (Object.keys(files) as FileRole[]).flatMap((role) => {
    const path = role.startsWith('part-') ? files[role] : undefined
    return path === undefined ? [] : [{ path, stamp: stamps?.[role] }]
  })
