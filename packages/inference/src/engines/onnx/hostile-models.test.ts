import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokenizerFolder, MODELS } from './__fixtures__/expected.ts'
import { createOnnxEngine, type OnnxEngine } from './index.ts'
import { external, type Field, message, model, node, tensor, value } from './model-file/__fixtures__/write-onnx.ts'

// Models that pass every check of the file, or none, in the real child: one typed error each, and it goes on working.
const INPUT: Field = [11, value('input_ids', ['n', 't'], 7)]
const OUTPUT: Field = [12, value('last_hidden_state', ['n', 't', 'd'])]
const floats = (name: string, ...values: number[]): Field => [
  5,
  message([1, values.length], [2, 1], [8, name], [9, new Uint8Array(Float32Array.from(values).buffer)]),
]
const whole = (name: string, ...values: bigint[]): Field => [
  5,
  message([1, values.length], [2, 7], [8, name], [9, new Uint8Array(BigInt64Array.from(values).buffer)]),
]
const HOSTILE: [string, Uint8Array][] = [
  ['no protobuf', Buffer.from('no model')],
  [
    'a circle of nodes',
    model([
      INPUT,
      OUTPUT,
      [1, node('Add', ['b', 'b'], ['a'])],
      [1, node('Add', ['a', 'a'], ['b'])],
      [1, node('Identity', ['b'], ['last_hidden_state'])],
    ]),
  ],
  [
    'a node that feeds itself',
    model([INPUT, OUTPUT, [1, node('Add', ['last_hidden_state', 'last_hidden_state'], ['last_hidden_state'])]]),
  ],
  [
    'a function that calls itself',
    model(
      [INPUT, OUTPUT, [1, node('F', ['input_ids'], ['last_hidden_state'], [7, 'own'])]],
      [8, message([1, 'own'], [2, 1])],
      [
        25,
        message(
          [1, 'F'],
          [10, 'own'],
          [4, 'x'],
          [5, 'y'],
          [7, node('F', ['x'], ['y'], [7, 'own'])],
          [9, message([1, 'own'], [2, 1])],
        ),
      ],
    ),
  ],
  [
    'an output of 2^50 numbers',
    model([
      INPUT,
      OUTPUT,
      whole('shape', 2n ** 20n, 2n ** 20n, 2n ** 10n),
      [1, node('ConstantOfShape', ['shape'], ['last_hidden_state'])],
    ]),
  ],
  [
    'an output of no numbers',
    model([INPUT, OUTPUT, floats('w', 1), [1, node('Identity', ['w'], ['last_hidden_state'])]]),
  ],
  ['2 GB in a shape', model([INPUT, OUTPUT, [5, tensor([2 ** 29], [9, new Uint8Array(4)])]])],
  ['weights elsewhere', model([INPUT, OUTPUT, [5, external([1], { location: '../x' })]])],
]

describe('hostile ONNX files', () => {
  let engine: OnnxEngine
  let files: Awaited<ReturnType<typeof createTokenizerFolder>>
  const load = (modelPath: string) =>
    engine.loadEmbedder({
      id: 'hostile',
      modelPath,
      tokenizerPath: files.tokenizerPath,
      maxTokens: 8,
      pooling: 'mean',
      dimensions: 6,
    })
  beforeAll(async () => {
    files = await createTokenizerFolder()
    engine = createOnnxEngine({ threads: 1, providers: ['cpu'] })
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    await files[Symbol.asyncDispose]()
  })

  it.each(HOSTILE)('are refused: %s', async (_name, bytes) => {
    const path = join(files.folder, 'hostile.onnx')
    await writeFile(path, bytes)
    const error: unknown = await load(path).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expect.stringMatching(/^(model_invalid|engine_crashed)$/) })
    expect((error as Error).message).not.toContain(files.folder)
    await using good = await load(join(MODELS, 'embedder.onnx'))
    expect((await good.embed(['a b'])).vectors).toHaveLength(1)
  })
})
