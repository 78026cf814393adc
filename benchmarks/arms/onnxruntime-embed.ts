// onnxruntime-node called directly: 64 texts a run, padded to the longest of them, first token, length 1. As they come, or
// (`sorted`) the shortest first.
import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { createCatalog } from '@rt/inference/catalog'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { BATCH, TEXTS } from './texts.ts'

const { entry, files } = await createCatalog().ensure('bge-small-en-v1.5')
const tokenizer = new Tokenizer(JSON.parse(await readFile(files.tokenizer!, 'utf8')) as object, {})
const session = await InferenceSession.create(files.model, { intraOpNumThreads: Number(process.argv[2]) })

const embed = async (texts: string[]): Promise<Float32Array[]> => {
  const all = texts.map((text) => (tokenizer.encode(text).ids as number[]).slice(0, entry.context))
  const width = Math.max(...all.map((ids) => ids.length))
  const tensor = (valueOf: (ids: number[], column: number) => number): Tensor => {
    const values = new BigInt64Array(all.length * width)
    all.forEach((ids, row) =>
      ids.forEach((_: number, column: number) => (values[row * width + column] = BigInt(valueOf(ids, column)))),
    )
    return new Tensor('int64', values, [all.length, width])
  }
  const { last_hidden_state: output } = await session.run({
    input_ids: tensor((ids, column) => ids[column]!),
    attention_mask: tensor(() => 1),
    token_type_ids: tensor(() => 0),
  })
  const hidden = output!.data as Float32Array
  const size = output!.dims[2]!
  return all.map((_, row) => {
    const vector = hidden.slice(row * width * size, row * width * size + size)
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  })
}

const order = TEXTS.map((_, index) => index)
if (process.argv[3] === 'sorted') order.sort((a, b) => TEXTS[a]!.length - TEXTS[b]!.length)

let vectors: Float32Array[] = []
const round = async (): Promise<number> => {
  const begun = performance.now()
  for (let first = 0; first < TEXTS.length; first += BATCH) {
    const batch = order.slice(first, first + BATCH)
    const embedded = await embed(batch.map((index) => TEXTS[index]!))
    batch.forEach((index, row) => (vectors[index] = embedded[row]!))
  }
  return TEXTS.length / ((performance.now() - begun) / 1000)
}

await round()
process.on('message', async (what) =>
  process.send!(what === 'vectors' ? vectors.map((vector) => Array.from(vector)) : await round()),
)
process.send!('ready')
