import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Provider, Reranker } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { createCatalog } from '@rt/inference/catalog'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { MODELS, readExpected } from '../../../packages/inference/src/engines/onnx/__fixtures__/expected.ts'
import { createChatFolder } from '../../../packages/inference/src/engines/onnx/__fixtures__/tiny-chat.ts'
import { TINY_TOKENIZER } from '../../../packages/inference/src/engines/onnx/__fixtures__/tiny-tokenizer.ts'
import { startCommand, temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime, type Runtime, type RuntimeOptions } from './index.ts'

// Exports of tiny models in folders of the user's, against what numpy computed.
const expected = readExpected()
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

/** A folder as the hub has it, with one of the tiny models. */
const exportOf = async (model: string, files: Record<string, unknown> = {}) => {
  const folder = await createChatFolder({ 'tokenizer.json': TINY_TOKENIZER, 'tokenizer_config.json': {}, ...files })
  await copyFile(join(MODELS, `${model}.onnx`), join(folder.folder, 'model.onnx'))
  return folder
}

const chatFolder = async () => {
  const folder = await createChatFolder()
  await copyFile(join(MODELS, 'decoder.onnx'), join(folder.folder, 'model.onnx'))
  return folder
}

const open = async (options: RuntimeOptions): Promise<Runtime> => {
  const data = await temporaryFolder()
  const rt = await createRuntime({
    data: data.path,
    config: false,
    embed: false,
    threads: 1,
    download: false,
    engine: { onnx: { providers: ['cpu'] } },
    ...options,
  })
  onTestFinished(async () => {
    await rt.close()
    await data[Symbol.asyncDispose]()
  })
  return rt
}
const post = async (rt: Runtime, path: string, body: object) => {
  const response = await rt.fetch(
    new Request(`http://localhost${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('a chat model that is an ONNX export', () => {
  let files: Awaited<ReturnType<typeof createChatFolder>>
  beforeAll(async () => {
    files = await chatFolder()
  })
  afterAll(() => files[Symbol.asyncDispose]())

  it('answers by its folder, by its file and by an alias, with what the engine can', async () => {
    const rt = await open({ chat: files.folder })
    const { text, usage } = await rt.generate('c d e', { system: 'a', maxOutputTokens: 3 })
    expect(text).toMatch(/^[a-l]( [a-l]){2}$/)
    expect(usage.output).toBe(3)
    const { models } = await rt.status()
    expect(models).toMatchObject([{ id: files.folder, kind: 'chat', engine: 'onnx', provider: 'cpu' }])
    const file = await rt.generate('c d e', {
      system: 'a',
      maxOutputTokens: 3,
      model: join(files.folder, 'model.onnx'),
    })
    expect(file.text).toBe(text)
  })

  it('is asked over the wire: its greedy words are those of numpy', async () => {
    const rt = await open({ chat: files.folder })
    const messages = [{ role: 'user', content: 'c d e' }]
    const words = expected.decoder.greedy.map((id) => '....abcdefghijkl'[id]).join(' ')
    const max = expected.decoder.greedy.length
    expect(await post(rt, '/v1/chat/completions', { messages, max_tokens: max })).toMatchObject({
      status: 200,
      body: { model: files.folder, choices: [{ message: { content: words }, finish_reason: 'length' }] },
    })
    const tools = [{ type: 'function', function: { name: 'now', parameters: { type: 'object' } } }]
    expect(await post(rt, '/v1/chat/completions', { messages, tools })).toMatchObject({
      status: 400,
      body: { error: { code: 'unsupported', message: expect.stringContaining('no grammars') } },
    })
  })

  it('is asked by the command, by its path', async () => {
    await using data = await temporaryFolder()
    const { exit, stdout, stderr } = startCommand(['chat', 'c d e', '--model', files.folder, '--data', data.path])
    expect([await exit, stderr()]).toEqual([0, expect.any(String)])
    expect(stdout()).toMatch(/[a-l]( [a-l])+/)
  })

  it('says what is missing', async () => {
    const rt = await open({})
    const fails = async (remove: string, more: Record<string, unknown> = {}) => {
      await using copy = await chatFolder()
      for (const [name, value] of Object.entries(more)) await writeFile(join(copy.folder, name), JSON.stringify(value))
      await rm(join(copy.folder, remove))
      return await rt.generate('a', { model: copy.folder }).then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    const config = { 'config.json': { architectures: ['LlamaForCausalLM'] } }
    expect(await fails('tokenizer.json')).toMatchObject({
      code: 'model_unavailable',
      message: expect.stringContaining('no tokenizer.json beside it'),
    })
    expect(await fails('tokenizer_config.json', config)).toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('no chat template'),
    })
    expect(await fails('tokenizer_config.json')).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('is of kind embed, not chat'),
      hint: expect.stringContaining('kind = "chat"'),
    })
    expect(await fails('model.onnx')).toMatchObject({ code: 'model_not_found' })
  })

  it('of another kind is refused before it is fetched', async () => {
    const rt = await open({ download: true })
    await expect(rt.generate('a', { model: 'bge-reranker-v2-m3' })).rejects.toMatchObject({
      code: 'unsupported',
      message: '"bge-reranker-v2-m3" is of kind rerank, not chat.',
    })
    await expect(rt.rerank('a', ['b'], { model: 'qwen3:30b-a3b' })).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('is what its name of the user says, also in a list of several', async () => {
    await using other = await chatFolder()
    const rt = await open({
      chat: [files.folder, other.folder],
      engine: { onnx: { providers: ['cpu'] }, models: { [other.folder]: { kind: 'chat' } } },
    })
    const { text } = await rt.generate('c d e', { system: 'a', maxOutputTokens: 3 })
    expect(text).toMatch(/[a-l]/)
  })
})

describe('rerankers', () => {
  const { query, documents, logits } = expected.reranker
  const ranked = [
    { index: 0, score: expect.closeTo(sigmoid(logits[0]![0]!), 5) },
    { index: 1, score: expect.closeTo(sigmoid(logits[1]![0]!), 5) },
  ]
  const config = { 'config.json': { architectures: ['BertForSequenceClassification'], id2label: { 0: 'x' } } }

  it('rank by their folder, in the library and over the wire', async () => {
    await using files = await exportOf('reranker', config)
    const other = process.platform === 'win32' ? 'coreml' : 'dml'
    const rt = await open({ rerank: files.folder, engine: { onnx: { providers: [other, 'cpu'], threads: 1 } } })
    expect(await rt.rerank(query, documents)).toEqual(ranked)
    expect(await rt.rerank(query, documents, { topK: 1, label: 'local-only' })).toEqual(ranked.slice(0, 1))
    expect(await post(rt, '/v1/rerank', { query, documents, top_n: 1, return_documents: true })).toMatchObject({
      status: 200,
      body: {
        model: files.folder,
        results: [{ index: 0, relevance_score: ranked[0]!.score, document: { text: documents[0] } }],
      },
    })
    expect((await rt.status()).models).toMatchObject([
      { kind: 'rerank', engine: 'onnx', provider: 'cpu', passedOver: [{ provider: other }] },
    ])
    const trace = await rt.trace.last()
    expect(trace?.spans[0]?.children[0]).toMatchObject({ name: `rerank ${files.folder}` })
  })

  it('are not taken from a request by their path, and none is a clear error', async () => {
    await using files = await exportOf('reranker', config)
    const rt = await open({})
    expect(await rt.rerank(query, documents, { model: files.folder })).toEqual(ranked)
    expect(await post(rt, '/v1/rerank', { model: files.folder, query, documents })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request', param: 'model' } },
    })
    await expect(rt.rerank(query, documents)).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('RT_RERANK'),
    })
  })

  it('have the name that the user gave them, also over the wire, which is not told their path', async () => {
    await using files = await exportOf('reranker', config)
    await using models = await temporaryFolder()
    vi.stubEnv('RT_MODELS', models.path)
    onTestFinished(() => void vi.unstubAllEnvs())
    await createCatalog().copy(files.folder, 'ranker', { references: true })
    const rt = await open({})
    expect(await post(rt, '/v1/rerank', { model: 'ranker', query, documents })).toMatchObject({ status: 200 })
    const listed = await (await rt.fetch(new Request('http://localhost/v1/models'))).text()
    expect(listed).toContain('"ranker"')
    expect(listed).not.toContain(files.folder)
    expect(await rt.unload('ranker')).toBe(true)
  })

  it('elsewhere are asked by their provider, never with what is local-only', async () => {
    const asked: string[] = []
    const reranker = (id: string): Reranker => ({
      id: `far/${id}`,
      async rerank(_query, texts) {
        asked.push(...texts)
        return texts.map((_, index) => ({ index, score: 0.5 }))
      },
    })
    const far: Provider = { id: 'far', languageModel: () => createScriptedModel({ answers: ['a'] }), reranker }
    const rt = await open({ providers: { far }, rerank: 'far/rank', limits: { tokensPerMinute: 100 } })
    expect(await rt.rerank('q', ['a', 'b'])).toHaveLength(2)
    await expect(rt.rerank('q', ['secret'], { label: 'local-only' })).rejects.toMatchObject({ code: 'local_only' })
    expect(asked).toEqual(['a', 'b'])
    await expect(rt.rerank('q', ['long '.repeat(200)])).rejects.toMatchObject({ code: 'rate_limited' })
  })
})

it('a classifier tells what a text is', async () => {
  const labels = ['SAFE', 'INJECTION', 'OTHER'].slice(0, expected.classifier.logits[0]!.length)
  const id2label = Object.fromEntries(labels.entries())
  await using files = await exportOf('classifier', {
    'config.json': { architectures: ['BertForSequenceClassification'], id2label },
  })
  const rt = await open({})
  const classifier = await rt.classifier(files.folder)
  expect(classifier).toMatchObject({ id: files.folder, local: true, labels })
  const [first] = await classifier.classify(expected.classifier.texts)
  expect(first).toHaveLength(labels.length)
  const best = expected.classifier.logits[0]!.indexOf(Math.max(...expected.classifier.logits[0]!))
  expect(first![0]!.label).toBe(labels[best])
  expect(await rt.unload(files.folder)).toBe(true)
  expect((await classifier.classify(expected.classifier.texts))[0]).toEqual(first)
  await expect(rt.classifier('smollm2:135m')).rejects.toMatchObject({
    code: expect.stringMatching(/unsupported|model_not_found/),
  })
})

it('pooling, dimensions and prefixes of an embedder by path are settings', async () => {
  await using files = await exportOf('embedder')
  const embed = async (settings: object) => {
    const rt = await open({
      embed: files.folder,
      engine: { onnx: { providers: ['cpu'] }, models: { [files.folder]: settings } },
    })
    const { vectors } = await rt.embed(expected.embedder.texts)
    return vectors.map((vector) => Array.from(vector))
  }
  const close = (row: number[]): unknown[] => row.map((value) => expect.closeTo(value, 5))
  expect(await embed({})).toEqual(expected.embedder.mean.map(close))
  expect(await embed({ pooling: 'last' })).toEqual(expected.embedder.last.map(close))
  expect(await embed({ dimensions: 4 })).toEqual(expected.embedder.mean4.map(close))
  expect(await embed({ pooling: 'cls', documentPrefix: 'a ' })).not.toEqual(expected.embedder.cls.map(close))
})
