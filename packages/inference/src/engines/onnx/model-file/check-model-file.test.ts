import { link, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MODELS } from '../__fixtures__/expected.ts'
import { external, type Field, message, model, node, tensor } from './__fixtures__/write-onnx.ts'
import { checkModelFile } from './check-model-file.ts'

describe('checkModelFile', () => {
  let root: string
  let folder: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'rt-onnx-file-'))
    folder = join(root, 'model')
    await mkdir(join(folder, 'parts'), { recursive: true })
    await Promise.all([
      writeFile(join(root, 'outside.bin'), Buffer.alloc(64)),
      writeFile(join(folder, 'weights.bin'), Buffer.alloc(64)),
      writeFile(join(folder, 'parts', 'more.bin'), Buffer.alloc(16)),
    ])
    await symlink(join(root, 'outside.bin'), join(folder, 'linked.bin'))
    await symlink(root, join(folder, 'up'))
    await writeFile(join(root, 'twice.bin'), Buffer.alloc(64))
    await link(join(root, 'twice.bin'), join(folder, 'hard.bin'))
  })
  afterAll(() => rm(root, { recursive: true }))

  const check = async (bytes: Uint8Array) => {
    const path = join(folder, 'm.onnx')
    await writeFile(path, bytes)
    return checkModelFile(path, 'tiny')
  }
  const refused = async (bytes: Uint8Array): Promise<string> => {
    const error: unknown = await check(bytes).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'model_invalid', message: expect.stringContaining('tiny') })
    const { message } = error as Error
    expect(message).not.toContain(root)
    return message
  }
  const weights = (data: Uint8Array): Field[] => [[5, data]]

  it.each(['embedder', 'reranker', 'classifier', 'decoder'])('takes the %s', async (name) => {
    const path = join(MODELS, `${name}.onnx`)
    expect(checkModelFile(path, 'tiny')).toEqual({ external: [], weightsBytes: (await readFile(path)).length })
  })

  it('takes weights beside the model, and counts them', async () => {
    const bytes = model([
      ...weights(external([4, 2], { location: 'weights.bin', offset: '32', length: '32' })),
      ...weights(external([4], { location: 'weights.bin' })),
      ...weights(external([2, 2], { location: 'parts/more.bin' })),
    ])
    expect(await check(bytes)).toEqual({
      weightsBytes: bytes.length + 64 + 16,
      external: [join(folder, 'weights.bin'), join(folder, 'parts', 'more.bin')],
    })
  })

  it.each([
    '../outside.bin',
    'parts/../../outside.bin',
    '/etc/hostname',
    String.raw`..\outside.bin`,
    'C:/weights.bin',
    '*/_ORT_MEM_ADDR_/*',
    'linked.bin',
    'up/outside.bin',
    'hard.bin',
    'parts',
    'none.bin',
    './weights.bin',
    '',
    'weights.bin\0',
  ])('refuses weights in %j', async (location) => {
    expect(await refused(model(weights(external([4], { location }))))).toContain('keeps weights in')
  })

  it('looks for them in constants, inner graphs and functions too', async () => {
    const bad = external([4], { location: '../outside.bin' })
    const constant = node('Constant', [], ['c'], [5, message([1, 'value'], [5, bad], [20, 4])])
    const branch = node('If', ['x'], ['y'], [5, message([1, 'then_branch'], [6, message([1, constant])], [20, 5])])
    for (const bytes of [
      model([[1, constant]]),
      model([[1, branch]]),
      model([], [25, message([1, 'f'], [7, constant])]),
    ])
      expect(await refused(bytes)).toContain('keeps weights in "../outside.bin"')
  })

  it.each([
    ['beyond the end', { location: 'weights.bin', offset: '60' }, 'beyond the end'],
    ['of another length', { location: 'weights.bin', length: '64' }, 'needs 16 bytes where 64'],
    ['at a negative place', { location: 'weights.bin', offset: '-8' }, 'offset "-8"'],
    ['at a place too large to be exact', { location: 'weights.bin', offset: '9'.repeat(19) }, 'offset'],
  ])('refuses weights %s', async (_name, entries, text) => {
    expect(await refused(model(weights(external([4], entries))))).toContain(text)
  })

  it.each<[string, (number | bigint)[], Field[]]>([
    ['2 GB with 4 bytes', [2 ** 29], [[9, new Uint8Array(4)]]],
    ['2 GB without any', [2 ** 15, 2 ** 14], []],
    ['more than 2^53 values', [2n ** 40n, 2n ** 40n], [[9, new Uint8Array(4)]]],
    ['a negative dimension', [-1], [[9, new Uint8Array(4)]]],
    ['too few listed numbers', [3], [[4, new Uint8Array(8)]]],
    [
      'an unknown type',
      [1],
      [
        [2, 99],
        [9, new Uint8Array(4)],
      ],
    ],
    [
      'a shape protobuf reads otherwise',
      [1],
      [
        [2, 'x'],
        [9, new Uint8Array(4)],
      ],
    ],
  ])('refuses a tensor with %s', async (_name, dims, fields) => {
    expect(await refused(model(weights(tensor(dims, ...fields))))).toContain('tensor')
  })

  it('refuses a dimension that protobuf would leave out', async () => {
    // As eight bytes: an unknown field to protobuf, which keeps the 2^29.
    const eight = Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0)
    expect(await refused(model(weights(Buffer.concat([tensor([2 ** 29]), eight]))))).toContain('tensor')
  })

  it('says of a link that it is one', async () => {
    expect(await refused(model(weights(external([4], { location: 'linked.bin' }))))).toContain('is a link')
  })

  it('takes tensors of every way to store them', async () => {
    const half = message([1, 3], [2, 10], [5, new Uint8Array(3)])
    const small = message([1, 4], [2, 22], [5, new Uint8Array(2)])
    const words = message([1, 2], [2, 8], [6, 'a'], [6, 'b'])
    const all = [
      tensor([2], [4, new Uint8Array(8)]),
      tensor([0]),
      tensor([], [9, new Uint8Array(4)]),
      half,
      small,
      words,
    ]
    expect(await check(model(all.flatMap(weights)))).toMatchObject({ external: [] })
  })

  it.each([
    ['sparse weights', model([[15, message([3, 1])]])],
    [
      'two values in one attribute',
      model([[1, node('C', [], ['c'], [5, message([5, tensor([0])], [5, tensor([0])])])]]),
    ],
    ['a file of weights it does not use', model(weights(tensor([0], [13, message([1, 'location'], [2, 'x'])])))],
    ['training', model([], [20, message()])],
    ['two graphs', model([], [7, message()])],
    ['no graph', message([1, 9])],
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('no model at all')],
    ['a longer length than the file', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
    ['a number that never ends', Uint8Array.from([0x08, ...Array.from({ length: 12 }, () => 0xff)])],
  ])('refuses a model with %s', async (_name, bytes) => {
    await refused(bytes)
  })

  it('refuses graphs within graphs without end', async () => {
    let graph = message()
    for (let depth = 0; depth < 40; depth++)
      graph = message([1, node('If', [], [], [5, message([1, 'then_branch'], [6, graph])])])
    expect(await refused(message([7, graph]))).toContain('deep')
  })

  it('refuses a model that was cut anywhere within its graph', async () => {
    const whole = await readFile(join(MODELS, 'embedder.onnx'))
    const path = join(folder, 'cut.onnx')
    await writeFile(path, whole)
    // The graph ends before the opset, a few bytes before the end.
    for (let length = whole.length - 20; length > 20; length -= 37) {
      await truncate(path, length)
      expect(() => checkModelFile(path, 'tiny'), String(length)).toThrow(
        expect.objectContaining({ code: 'model_invalid' }),
      )
    }
  })

  it('never throws anything but a typed error for flipped bytes', async () => {
    const whole = await readFile(join(MODELS, 'decoder.onnx'))
    for (let at = 0; at < whole.length; at += 13) {
      const flipped = Buffer.from(whole)
      flipped[at]! ^= 1 << (at % 8)
      const error = await check(flipped).then(
        () => undefined,
        (thrown: unknown) => thrown as { code: string },
      )
      expect([undefined, 'model_invalid']).toContain(error?.code)
    }
  })

  it('says when there is no file', () => {
    expect(() => checkModelFile(join(folder, 'no'), 'tiny')).toThrow(
      expect.objectContaining({ code: 'model_unavailable' }),
    )
  })

  it('says when it is a folder', () => {
    expect(() => checkModelFile(folder, 'tiny')).toThrow(
      expect.objectContaining({ code: 'model_unavailable', message: 'the model file of tiny is no file.' }),
    )
  })
})
