import { cpSync, readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'
import { HOST_ENTRIES } from '../../packages/inference/src/host/host-entries.ts'
import { WORKER_ENTRIES } from '../../packages/node/src/worker/worker-entries.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const define = { RT_VERSION: JSON.stringify(version) }

const under = (folder: string, entries: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `${folder}/${file}`]))

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
      ...under('../../packages/node/src', WORKER_ENTRIES),
      ...under('../../packages/inference/src', HOST_ENTRIES),
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
