/** `kernel-bytes.ts`: the bytes of `kernel.wasm` as a module, so that they are in every bundle without a file beside it. */
export const kernelModule = (bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,110}/g) ?? []
  return `// Written by tooling/scripts/emit-kernel.ts from build-kernel.ts. Do not edit.

/** \`kernel.wasm\`, base64. */
export const KERNEL_BASE64: string =
${lines.map((line) => `  '${line}'`).join(' +\n')}
`
}
