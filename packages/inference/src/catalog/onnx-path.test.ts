import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createCatalog } from './index.ts'

/** A folder of files, each JSON or text. */
const folderOf = async (files: Record<string, unknown>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-onnx-path-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, value] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
  }
  return folder
}

const locate = async (path: string) => {
  const models = await mkdtemp(join(tmpdir(), 'rt-models-'))
  onTestFinished(() => rm(models, { recursive: true }))
  return createCatalog({ folder: models, home: models, env: {} }).locate(path, { references: true })
}

const EXPORT = { 'model.onnx': 'x', 'tokenizer.json': {} }

test('a chat model is known by its architecture, or by its template', async () => {
  const folder = await folderOf({
    ...EXPORT,
    'config.json': { architectures: ['LlamaForCausalLM'], max_position_embeddings: 8192 },
    'tokenizer_config.json': { model_max_length: 2048, chat_template: '{{ messages }}' },
  })
  expect(await locate(folder)).toEqual({
    entry: {
      name: folder,
      aliases: [],
      engine: 'onnx',
      kind: 'chat',
      context: 2048,
      files: [
        { role: 'model', name: 'model.onnx', sources: [] },
        { role: 'tokenizer', name: 'tokenizer.json', sources: [] },
      ],
    },
    files: { model: join(folder, 'model.onnx'), tokenizer: join(folder, 'tokenizer.json') },
  })
  const bare = await folderOf({ ...EXPORT, 'chat_template.jinja': '{{ messages }}' })
  expect((await locate(join(bare, 'model.onnx')))?.entry.kind).toBe('chat')
})

test('an embedder of sentence-transformers brings its pooling, its length and its prefixes', async () => {
  const folder = await folderOf({
    'onnx/model.onnx': 'x',
    'onnx/model_int8.onnx': 'x',
    'tokenizer.json': {},
    'modules.json': '[]',
    'config.json': { architectures: ['Qwen3ForCausalLM'], hidden_size: 1024, max_position_embeddings: 32768 },
    'tokenizer_config.json': { model_max_length: 1e30 },
    '1_Pooling/config.json': { pooling_mode_mean_tokens: false, pooling_mode_lasttoken: true },
    'config_sentence_transformers.json': { prompts: { query: 'query: ', passage: 'passage: ' } },
  })
  expect(await locate(folder)).toMatchObject({
    entry: {
      kind: 'embed',
      context: 32768,
      dimensions: 1024,
      pooling: 'last',
      prefixes: { query: 'query: ', document: 'passage: ' },
    },
    files: { model: join(folder, 'onnx', 'model.onnx'), tokenizer: join(folder, 'tokenizer.json') },
  })
})

test('one score is a reranker, several are a classifier with its labels in order', async () => {
  const of = (more: object) =>
    folderOf({ ...EXPORT, 'config.json': { architectures: ['XLMRobertaForSequenceClassification'], ...more } })
  const roberta = { model_type: 'xlm-roberta', max_position_embeddings: 514 }
  expect((await locate(await of({ ...roberta, id2label: { 0: 'LABEL_0' } })))?.entry).toMatchObject({
    kind: 'rerank',
    context: 512,
  })
  const labels = { 1: 'INJECTION', 0: 'SAFE' }
  expect((await locate(await of({ id2label: labels })))?.entry).toMatchObject({
    kind: 'classify',
    labels: ['SAFE', 'INJECTION'],
  })
  const many = { id2label: labels, problem_type: 'multi_label_classification' }
  expect((await locate(await of(many)))?.entry).toMatchObject({ multiLabel: true })
  expect((await locate(await of({})))?.entry.labels).toEqual(['LABEL_0', 'LABEL_1'])
})

test('nothing beside it: an embedder of which the engine learns the rest', async () => {
  const folder = await folderOf({ 'some.onnx': 'x', 'config.json': 'no JSON' })
  expect(await locate(join(folder, 'some.onnx'))).toEqual({
    entry: {
      name: join(folder, 'some.onnx'),
      aliases: [],
      engine: 'onnx',
      kind: 'embed',
      files: [{ role: 'model', name: 'some.onnx', sources: [] }],
    },
    files: { model: join(folder, 'some.onnx') },
  })
  expect(await locate(join(folder, 'other.onnx'))).toBeUndefined()
})

test('a folder stands for the one model in it', async () => {
  await expect(locate(await folderOf({ 'a.gguf': 'x' }))).rejects.toMatchObject({
    code: 'model_not_found',
    message: expect.stringContaining('without an .onnx file'),
  })
  await expect(locate(await folderOf({ 'a.onnx': 'x', 'onnx/b.onnx': 'x' }))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/a\.onnx, onnx.b\.onnx/),
  })
})

test('a Modelfile may be made from such a folder', async () => {
  const folder = await folderOf({ ...EXPORT, 'chat_template.jinja': 'x' })
  const models = await mkdtemp(join(tmpdir(), 'rt-models-'))
  onTestFinished(() => rm(models, { recursive: true }))
  const catalog = createCatalog({ folder: models, home: models, env: {} })
  const { model } = await catalog.create('mine', 'FROM ./\nSYSTEM Be brief.', { folder })
  expect(model).toBe(folder)
  expect(await catalog.locate('mine')).toMatchObject({
    entry: { name: 'mine', engine: 'onnx', kind: 'chat', preset: { system: 'Be brief.' } },
    files: { model: join(folder, 'model.onnx') },
  })
  expect((await catalog.installed()).map(({ entry }) => entry.name)).toContain('mine')
})
