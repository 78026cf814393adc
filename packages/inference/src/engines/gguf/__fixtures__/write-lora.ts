import { text, type Typed, writeGguf } from '../../../driver-kit/gguf/__fixtures__/write-gguf.ts'

const float = (value: number): Typed => ({ type: 6, bytes: Buffer.from(Float32Array.of(value).buffer) })

export interface LoraInput {
  architecture?: string
  type?: string
  /** Inputs and outputs of the weight it changes. */
  width?: number
  tensor?: string
}

/** A LoRA of rank 1 that changes the output of one layer by much, so that answers differ. */
export const writeLora = ({
  architecture = 'llama',
  type = 'lora',
  width = 576,
  tensor = 'blk.15.attn_output.weight',
}: LoraInput = {}): Buffer => {
  const header = writeGguf({
    metadata: [
      ['general.type', text('adapter')],
      ['general.architecture', text(architecture)],
      ['adapter.type', text(type)],
      ['adapter.lora.alpha', float(1)],
    ],
    tensors: [
      { name: `${tensor}.lora_a`, dimensions: [width, 1], type: 0, offset: 0 },
      { name: `${tensor}.lora_b`, dimensions: [1, width], type: 0, offset: width * 4 },
    ],
  })
  const values = Float32Array.from({ length: width * 2 }, (_, index) => Math.sin(index) * 2)
  return Buffer.concat([header, Buffer.from(values.buffer)])
}
