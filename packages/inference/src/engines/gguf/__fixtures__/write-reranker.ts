import { list, number, text, texts, type Typed, u32, writeGguf } from '../../../driver-kit/gguf/__fixtures__/write-gguf.ts'

const WIDTH = 32
const INNER = 64
const CONTEXT = 64
/** Words begin with the mark that stands for a space. */
const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'abcdefghijkl'].map((word, id) => (id > 4 ? `▁${word}` : word))

const float = (value: number): Typed => ({ type: 6, bytes: Buffer.from(Float32Array.of(value).buffer) })
const no: Typed = { type: 7, bytes: Buffer.of(0) }

/** A cross-encoder of one layer in a GGUF file, with weights that mean nothing. */
export const writeReranker = (): Buffer => {
  const shapes: [name: string, ...dimensions: number[]][] = [
    ['token_embd.weight', WIDTH, WORDS.length],
    ['token_types.weight', WIDTH, 2],
    ['position_embd.weight', WIDTH, CONTEXT],
    ['token_embd_norm.weight', WIDTH],
    ['token_embd_norm.bias', WIDTH],
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].flatMap((name): [string, ...number[]][] => [
      [`blk.0.${name}.weight`, WIDTH, WIDTH],
      [`blk.0.${name}.bias`, WIDTH],
    ]),
    ['blk.0.attn_output_norm.weight', WIDTH],
    ['blk.0.attn_output_norm.bias', WIDTH],
    ['blk.0.ffn_up.weight', WIDTH, INNER],
    ['blk.0.ffn_up.bias', INNER],
    ['blk.0.ffn_down.weight', INNER, WIDTH],
    ['blk.0.ffn_down.bias', WIDTH],
    ['blk.0.layer_output_norm.weight', WIDTH],
    ['blk.0.layer_output_norm.bias', WIDTH],
    ['cls.weight', WIDTH, WIDTH],
    ['cls.bias', WIDTH],
    ['cls.output.weight', WIDTH, 1],
    ['cls.output.bias', 1],
  ]
  const weights: Float32Array[] = []
  let offset = 0
  let seed = 1
  const tensors = shapes.map(([name, ...dimensions]) => {
    const count = dimensions.reduce((all, one) => all * one, 1)
    weights.push(Float32Array.from({ length: Math.ceil(count / 8) * 8 }, () => Math.sin(seed++ * 12.9898) * 0.2))
    const tensor = { name, dimensions, type: 0, offset }
    offset += Math.ceil(count / 8) * 32
    return tensor
  })
  const header = writeGguf({
    metadata: [
      ['general.architecture', text('bert')],
      ['bert.block_count', number(1)],
      ['bert.context_length', number(CONTEXT)],
      ['bert.embedding_length', number(WIDTH)],
      ['bert.feed_forward_length', number(INNER)],
      ['bert.attention.head_count', number(2)],
      ['bert.attention.layer_norm_epsilon', float(1e-12)],
      ['bert.attention.causal', no],
      ['bert.pooling_type', number(4)],
      ['tokenizer.ggml.model', text('bert')],
      ['tokenizer.ggml.tokens', texts(WORDS)],
      ['tokenizer.ggml.token_type', list(5, WORDS.length, Buffer.concat(WORDS.map((_, id) => u32(id > 4 ? 1 : 3))))],
      ['tokenizer.ggml.token_type_count', number(2)],
      ['tokenizer.ggml.padding_token_id', number(0)],
      ['tokenizer.ggml.unknown_token_id', number(1)],
      ['tokenizer.ggml.cls_token_id', number(2)],
      ['tokenizer.ggml.bos_token_id', number(2)],
      ['tokenizer.ggml.seperator_token_id', number(3)],
      ['tokenizer.ggml.eos_token_id', number(3)],
      ['tokenizer.ggml.mask_token_id', number(4)],
    ],
    tensors,
  })
  return Buffer.concat([header, ...weights.map(({ buffer }) => Buffer.from(buffer as ArrayBuffer))])
}
