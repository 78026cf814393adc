import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokenizerFolder, MODELS, readExpected } from './__fixtures__/expected.ts'
import { createOnnxEngine } from './index.ts'
import { message, model, node, value } from './model-file/__fixtures__/write-onnx.ts'

// onnx of PyPI, installed once into the repository's .cache.
const home = fileURLToPath(new URL('../../../../../.cache/onnx', import.meta.url))
const python = join(home, 'bin', 'python')
const script = fileURLToPath(new URL('__fixtures__/write_models.py', import.meta.url))

describe('the tiny models', () => {
  let folder: string
  beforeAll(() => {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', home])
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'onnx==1.20.0', 'numpy'])
    folder = mkdtempSync(join(tmpdir(), 'rt-onnx-models-'))
    execFileSync(python, [script, folder])
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(['embedder', 'reranker', 'classifier', 'decoder'])('%s is what the script writes', (name) => {
    const file = `${name}.onnx`
    expect(readFileSync(join(folder, file)).equals(readFileSync(join(MODELS, file)))).toBe(true)
  })

  it('are to give what numpy computes', () => {
    const near = (tree: unknown): unknown => {
      if (typeof tree === 'number') return expect.closeTo(tree, 5)
      if (typeof tree !== 'object' || tree === null) return tree
      return Array.isArray(tree)
        ? tree.map(near)
        : Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, near(child)]))
    }
    expect(readExpected(folder)).toEqual(near(readExpected()))
  })
})

describe('a model that never ends', () => {
  it('costs its child, once, and the next model runs', async () => {
    const files = await createTokenizerFolder()
    const engine = createOnnxEngine({ threads: 1, providers: ['cpu'], hangMs: 20_000 })
    try {
      // A loop of 2^62 rounds.
      const body = message(
        [1, node('Identity', ['going'], ['still'])],
        [1, node('Neg', ['x'], ['y'])],
        [2, 'body'],
        [11, value('round', [], 7)],
        [11, value('going', [], 9)],
        [11, value('x', ['n', 't', 'd'])],
        [12, value('still', [], 9)],
        [12, value('y', ['n', 't', 'd'])],
      )
      const whole = (name: string, number: bigint) =>
        message([2, 7], [8, name], [9, new Uint8Array(BigInt64Array.of(number).buffer)])
      const truth = message([2, 9], [8, 'true'], [9, Uint8Array.of(1)])
      const one = message([1, 1], [1, 1], [1, 6], [2, 1], [8, 'one'], [9, new Uint8Array(24)])
      const modelPath = join(files.folder, 'endless.onnx')
      writeFileSync(
        modelPath,
        model([
          [5, whole('rounds', 2n ** 62n)],
          [5, truth],
          [5, one],
          [11, value('input_ids', ['n', 't'], 7)],
          [12, value('last_hidden_state', ['n', 't', 'd'])],
          [
            1,
            node(
              'Loop',
              ['rounds', 'true', 'one'],
              ['last_hidden_state'],
              [5, message([1, 'body'], [6, body], [20, 5])],
            ),
          ],
        ]),
      )
      const options = { id: 'endless', modelPath, tokenizerPath: files.tokenizerPath, maxTokens: 8, dimensions: 6 }
      await expect(engine.loadEmbedder({ ...options, pooling: 'mean' })).rejects.toMatchObject({
        code: 'engine_crashed',
        data: { hung: true },
      })
      const good = { ...options, id: 'embedder', modelPath: join(MODELS, 'embedder.onnx') }
      await using embedder = await engine.loadEmbedder({ ...good, pooling: 'mean' })
      expect((await embedder.embed(['a b'])).vectors).toHaveLength(1)
    } finally {
      await engine[Symbol.asyncDispose]()
      await files[Symbol.asyncDispose]()
    }
  })
})
