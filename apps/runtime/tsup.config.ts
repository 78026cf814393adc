import { cpSync, readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const define = { RT_VERSION: JSON.stringify(version) }

const base: Options = {
  platform: 'node',
  format: 'esm',
  target: 'node22.18',
  sourcemap: true,
  splitting: true,
  dts: false,
  define,
}

export default defineConfig([
  // The library: every @rt/* stays external, so that a program holds one copy of core.
  { ...base, entry: { index: 'src/index.ts' }, outDir: 'dist', clean: ['dist/*.js', 'dist/*.map', 'dist/*.d.ts'] },
  // The command: one bundle with lazy chunks, pure JavaScript inlined. Hosts and workers lie beside it (flat), where
  // `new URL('./name.js', import.meta.url)` finds them. Native packages stay external.
  {
    ...base,
    outDir: 'dist/cli',
    clean: true,
    entry: {
      rt: 'src/cli/rt.ts',
      'sqlite-worker': '../../packages/node/src/sqlite/worker-entry.ts',
      watchdog: '../../packages/node/src/process/watchdog-entry.ts',
      'gguf-host': '../../packages/inference/src/engines/gguf/entry.ts',
      'onnx-host': '../../packages/inference/src/engines/onnx/entry.ts',
    },
    noExternal: [/^(?!node-llama-cpp$|@node-llama-cpp\/|onnxruntime-node$|node:)/],
    external: ['node-llama-cpp', 'onnxruntime-node', /^@node-llama-cpp\//],
    esbuildOptions: (options) => {
      options.conditions = ['@rt/source', 'node', 'import']
    },
    // CommonJS dependencies that ask for Node's own modules need a `require` in an ES module.
    banner: {
      js: "import { createRequire as __rtRequire } from 'node:module'; const require = __rtRequire(import.meta.url);",
    },
    onSuccess: async () => cpSync('../../examples/handbook', 'dist/cli/handbook', { recursive: true }),
  },
])
