import { type GgufInput, list, number, text, u32, u64, writeGguf } from './write-gguf.ts'

const F32 = 0
const Q4_1 = 3
const tensor = { name: 'w', dimensions: [64] as (number | bigint)[], type: F32, offset: 0 as number | bigint }

/** In the names of one of them: no error may repeat it. */
export const LONG_NAME: string = 'k'.repeat(100)

/** Files that no engine may see, by what is wrong with them. */
export const BROKEN_GGUF: Record<string, Buffer | GgufInput> = {
  'an empty file': Buffer.alloc(0),
  'a few bytes': Buffer.from('GGUF'),
  text: Buffer.from('version https://git-lfs.github.com/spec/v1\n'.repeat(4)),
  'version 1': { version: 1 },
  'version 4': { version: 4 },
  'big-endian': { version: 0x03000000 },
  '2^62 metadata entries': { pairCount: 2n ** 62n },
  '2^62 tensors': { tensorCount: 2n ** 62n },
  '2^64 - 1 of both': { tensorCount: 2n ** 64n - 1n, pairCount: 2n ** 64n - 1n },
  'a million entries that are not there': { pairCount: 1_000_000n },
  'one entry that is not there': { pairCount: 1n },
  'one tensor that is not there': { tensorCount: 1n },
  'a name of 2^61 bytes': Buffer.concat([writeGguf({ pairCount: 1n }), u64(2n ** 61n), Buffer.alloc(64)]),
  'a name without bytes': { metadata: [['', number(1)]] },
  'a text of 2^61 bytes': { metadata: [['a', { type: 8, bytes: u64(2n ** 61n) }]] },
  'a text of 2^40 bytes': { metadata: [['a', { type: 8, bytes: u64(2n ** 40n) }]] },
  'a list of 2^62 numbers': { metadata: [['a', list(4, 2n ** 62n, Buffer.alloc(8))]] },
  'a list of 2^50 numbers': { metadata: [['a', list(4, 2n ** 50n, Buffer.alloc(8))]] },
  'a list of 2^50 texts': { metadata: [['a', list(8, 2n ** 50n, Buffer.alloc(64))]] },
  'a list with a text beyond the end': { metadata: [['a', list(8, 2, Buffer.concat([u64(0), u64(2n ** 30n)]))]] },
  'a list of lists': { metadata: [['a', list(9, 1, list(9, 1, list(4, 1, u32(1)).bytes).bytes)]] },
  'an unknown type': { metadata: [['a', { type: 13, bytes: u32(0) }]] },
  'a list of an unknown type': { metadata: [['a', list(99, 1, u32(0))]] },
  'a name twice': {
    metadata: [
      [LONG_NAME, number(1)],
      [LONG_NAME, number(2)],
    ],
  },
  'alignment 0': { metadata: [['general.alignment', number(0)]], tensors: [tensor], data: 256 },
  'alignment 3': { metadata: [['general.alignment', number(3)]], tensors: [tensor], data: 256 },
  'alignment 2^31': { metadata: [['general.alignment', number(2 ** 31)]], tensors: [tensor], data: 256 },
  'an alignment that is text': { metadata: [['general.alignment', text('32')]], tensors: [tensor], data: 256 },
  'a tensor that begins beyond the end': { tensors: [{ ...tensor, offset: 1024 }], data: 256 },
  'a tensor that begins at 2^62': { tensors: [{ ...tensor, offset: 2n ** 62n }], data: 256 },
  'a tensor that is larger than the file': { tensors: [{ ...tensor, dimensions: [65] }], data: 256 },
  'a tensor whose size overflows': { tensors: [{ ...tensor, dimensions: [2n ** 40n, 2n ** 40n] }], data: 256 },
  'a tensor with 2^32 - 1 dimensions': Buffer.concat([
    writeGguf({ tensorCount: 1n }),
    u64(1),
    Buffer.from('w'),
    u32(2 ** 32 - 1),
    Buffer.alloc(64),
  ]),
  'a tensor of half a block': { tensors: [{ ...tensor, dimensions: [33], type: Q4_1 }], data: 256 },
  'a tensor that is not aligned': { tensors: [{ ...tensor, dimensions: [1], offset: 7 }], data: 256 },
  'a tensor twice': { tensors: [tensor, tensor], data: 256 },
  'a tensor in the bytes of another': { tensors: [tensor, { ...tensor, name: 'v', offset: 32 }], data: 512 },
  'a hole between two tensors': { tensors: [tensor, { ...tensor, name: 'v', offset: 512 }], data: 1024 },
  'a tensor with a long name': { tensors: [{ ...tensor, name: 'n'.repeat(200) }], data: 256 },
}
