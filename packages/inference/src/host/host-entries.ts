/**
 * Programs of the engine hosts: output name (flat in `dist`, without ending) to source below `src`. Every bundle that
 * inlines this package must emit them under these names, beside its own chunks.
 */
export const HOST_ENTRIES: Record<string, string> = {
  'gguf-host': 'engines/gguf/entry.ts',
  'gguf-state': 'engines/gguf/state-worker.ts',
  'onnx-host': 'engines/onnx/onnx-host.ts',
  'template-host': 'driver-kit/chat/template-child.ts',
}
