import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { CatalogEntry, ModelKind } from './types.ts'

/** A path that stands for an ONNX export: its file, or its folder. */
export interface OnnxPath {
  /** Every `.onnx` file that may be meant; the first one is, where there is only one. */
  choices: string[]
  /** `tokenizer.json`, where there is one. */
  tokenizer?: string
  /** What the files beside it say of the model. */
  about: Pick<CatalogEntry, 'kind' | 'context' | 'dimensions' | 'pooling' | 'prefixes' | 'labels' | 'multiLabel'>
}

/** Undefined for a path that names no ONNX export. Nothing is thrown: whoever loads it says what is wrong with it. */
export const readOnnxPath = (path: string): OnnxPath | undefined => {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (!isFolder && extname(path).toLowerCase() !== '.onnx') return undefined
  const choices = isFolder ? filesOf(path) : [path]
  const folder = dirname(choices[0] ?? join(path, 'model.onnx'))
  // Repositories of the hub keep exports in a folder of their own, below all else.
  const home = basename(folder) === 'onnx' && !exists(join(folder, 'tokenizer.json')) ? dirname(folder) : folder
  const tokenizer = join(home, 'tokenizer.json')
  return { choices, ...(exists(tokenizer) && { tokenizer }), about: describe(home) }
}

const filesOf = (folder: string): string[] => {
  const all = [folder, join(folder, 'onnx')].flatMap((one) =>
    list(one)
      .filter((name) => extname(name).toLowerCase() === '.onnx')
      .map((name) => join(one, name)),
  )
  const usual = all.find((file) => basename(file) === 'model.onnx')
  return usual === undefined ? all : [usual]
}

type Json = Record<string, unknown>

const describe = (folder: string): OnnxPath['about'] => {
  const read = (...names: string[]): Json => readJson(join(folder, ...names))
  const config = read('config.json')
  const tokenizer = read('tokenizer_config.json')
  const labels = labelsOf(config)
  const kind = kindOf(folder, { config, tokenizer, labels })
  const context = contextOf(config, [
    read('sentence_bert_config.json')['max_seq_length'],
    tokenizer['model_max_length'],
  ])
  return {
    kind,
    ...(context !== undefined && { context }),
    ...(kind === 'embed' && aboutEmbedder(config, read)),
    ...(kind === 'classify' && { labels }),
    ...(kind === 'classify' && config['problem_type'] === 'multi_label_classification' && { multiLabel: true }),
  }
}

/** sentence-transformers writes `modules.json`; chat templates stand with the tokenizer. */
const kindOf = (
  folder: string,
  { config, tokenizer, labels }: { config: Json; tokenizer: Json; labels: string[] },
): ModelKind => {
  const architecture = textOf([config['architectures']].flat()[0])
  if (architecture.endsWith('ForSequenceClassification')) return labels.length > 1 ? 'classify' : 'rerank'
  if (exists(join(folder, 'modules.json'))) return 'embed'
  const isWriter = /For(?:CausalLM|ConditionalGeneration)$|LMHeadModel$/.test(architecture)
  const hasTemplate = tokenizer['chat_template'] !== undefined || exists(join(folder, 'chat_template.jinja'))
  return isWriter || (architecture === '' && hasTemplate) ? 'chat' : 'embed'
}

const aboutEmbedder = (config: Json, read: (...names: string[]) => Json): Partial<OnnxPath['about']> => {
  const dimensions = ['hidden_size', 'dim', 'd_model', 'n_embd'].map((key) => config[key]).find(isCount)
  const modes = read('1_Pooling', 'config.json')
  const pooling = (['cls', 'mean', 'last'] as const).find((one) => modes[MODES[one]] === true)
  const prompts = read('config_sentence_transformers.json')['prompts']
  const prefixes = isObject(prompts)
    ? { query: textOf(prompts['query']), document: textOf(prompts['document'] ?? prompts['passage']) }
    : undefined
  return { ...(dimensions && { dimensions }), ...(pooling && { pooling }), ...(prefixes && { prefixes }) }
}

const MODES = {
  cls: 'pooling_mode_cls_token',
  mean: 'pooling_mode_mean_tokens',
  last: 'pooling_mode_lasttoken',
} as const

/** transformers leaves them out where there are two without a name. */
const labelsOf = ({ id2label }: Json): string[] =>
  isObject(id2label)
    ? Object.keys(id2label)
        .toSorted((a, b) => Number(a) - Number(b))
        .map((id) => String(id2label[id]))
    : ['LABEL_0', 'LABEL_1']

/** Positions of RoBERTa and its like begin behind two that padding takes. */
const OFFSET_POSITIONS = /roberta|camembert|mpnet/

const contextOf = (config: Json, told: unknown[]): number | undefined => {
  const positions = ['max_position_embeddings', 'n_positions', 'n_ctx'].map((key) => config[key]).find(isCount)
  const offset = OFFSET_POSITIONS.test(String(config['model_type'])) ? 2 : 0
  const known = [...told, positions && positions - offset].filter(isCount)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** A tokenizer without a limit says 1e30. */
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 100_000_000

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder).toSorted()
  } catch {
    return []
  }
}

/** Read at once: these are some kB. A larger one is none of them. */
const LARGEST = 4 * 2 ** 20

const readJson = (path: string): Json => {
  try {
    if (statSync(path).size > LARGEST) return {}
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
