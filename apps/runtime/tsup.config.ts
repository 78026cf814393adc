import { cpSync, readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'
import { HOST_ENTRIES } from '../../packages/inference/src/host/host-entries.ts'
import { lazyBuiltins } from '../../tooling/tsup/lazy-builtins.ts'
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
  removeNodeProtocol: false,
  define,
}

/**
 * Dynamic imports that become files of their own beside the command. `main`: `rt.js` only switches the compile cache on,
 * and what it then imports comes from the cache. The prices: 800 kB that most starts never need.
 */
const SEPARATE: Record<string, { output: string; source: string }> = {
  './main.ts': { output: 'main', source: 'src/cli/main.ts' },
  '@pydantic/genai-prices': {
    output: 'genai-prices',
    source: '../../packages/observe/node_modules/@pydantic/genai-prices/dist/index.js',
  },
}

const separateFiles: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'separate-files',
  setup: (build) =>
    void build.onResolve({ filter: /^(\.\/main\.ts|@pydantic\/genai-prices)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${SEPARATE[path]!.output}.js`, external: true } : undefined,
    ),
}

export default defineConfig([
  // The library: every @rt/* stays external, so that a program holds one copy of core.
  { ...base, entry: { index: 'src/index.ts' }, outDir: 'dist', clean: ['dist/*.js', 'dist/*.map', 'dist/*.d.ts'] },
  // The command: one file, pure JavaScript inlined, whose modules run when they are first imported (a file a chunk costs a
  // millisecond each at the start). Hosts and workers lie beside it (flat), where `new URL('./name.js', import.meta.url)`
  // finds them. Native packages stay external.
  {
    ...base,
    outDir: 'dist/cli',
    clean: true,
    entry: {
      rt: 'src/cli/rt.ts',
      ...Object.fromEntries(Object.values(SEPARATE).map(({ output, source }) => [output, source])),
      ...under('../../packages/node/src', WORKER_ENTRIES),
      ...under('../../packages/inference/src', HOST_ENTRIES),
    },
    noExternal: [/^(?!node-llama-cpp$|@node-llama-cpp\/|onnxruntime-node$|node:)/],
    external: ['node-llama-cpp', 'onnxruntime-node', /^@node-llama-cpp\//],
    splitting: false,
    esbuildPlugins: [lazyBuiltins(), separateFiles],
    esbuildOptions: (options) => {
      options.minifySyntax = true
      options.minifyWhitespace = true
      options.conditions = ['@rt/source', 'node', 'import']
    },
    // CommonJS dependencies that ask for Node's own modules need a `require` in an ES module.
    banner: {
      js: "import { createRequire as __rtRequire } from 'node:module'; const require = __rtRequire(import.meta.url);",
    },
    onSuccess: async () => cpSync('../../examples/handbook', 'dist/cli/handbook', { recursive: true }),
  },
])
