import { cpSync, readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'
import { HOST_ENTRIES } from '../../packages/inference/src/host/host-entries.ts'
import { DOCUMENT_ENTRIES } from '../../packages/memory/src/ingest/parser/document-entries.ts'
import { WORKER_ENTRIES } from '../../packages/node/src/worker/worker-entries.ts'
import { SQL_ENTRIES } from '../../packages/tools/src/builtin/sql/sql-entries.ts'
import { SEARCH_ENTRIES } from '../../packages/vector/src/stores/sqlite/search/search-entries.ts'
import { inlineLlama } from '../../tooling/tsup/inline-llama.ts'
import { lazyBuiltins } from '../../tooling/tsup/lazy-builtins.ts'
import { thirdPartyNotices } from '../../tooling/tsup/third-party-notices.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const define = { RT_VERSION: JSON.stringify(version) }

const under = (folder: string, entries: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `${folder}/${file}`]))

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

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

/** 480 kB that most starts never need: a file of its own. */
const separatePrices: Plugin = {
  name: 'separate-prices',
  setup(build) {
    build.onResolve({ filter: /^@pydantic\/genai-prices$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './genai-prices.js', external: true } : undefined,
    )
  },
}

/**
 * Dynamic imports of the command that become files of their own. `main`: `rt.cjs` only switches the compile cache on, and
 * what it then requires comes from the cache. The rest is what `rt serve` needs only after it listens. A file holds its
 * own copy of what it shares with another; RtError is made to be recognised across copies.
 */
const SEPARATE: Record<string, { name: string; source: string }> = {
  './main.ts': { name: 'main', source: 'src/cli/main.ts' },
  './more-commands.ts': { name: 'commands', source: 'src/cli/more-commands.ts' },
  './services.ts': { name: 'services', source: 'src/services.ts' },
  '@rt/server': { name: 'server', source: '../../packages/server/src/index.ts' },
  // zod and the TOML parser: only where there is a config.toml, or its schema is asked for.
  './read-file.ts': { name: 'read-file', source: 'src/config/read-file.ts' },
  '../../config/json-schema.ts': { name: 'json-schema', source: 'src/config/json-schema.ts' },
  // Remote models, each with its SDK: only where one is asked.
  '@rt/inference/router': { name: 'router', source: '../../packages/inference/src/router/index.ts' },
  '@rt/inference/anthropic': { name: 'anthropic', source: '../../packages/inference/src/providers/anthropic/index.ts' },
  // Stores of vectors elsewhere: only where the settings name one.
  '@rt/vector/lancedb': { name: 'lancedb', source: '../../packages/vector/src/stores/lancedb/index.ts' },
  '@rt/vector/pgvector': { name: 'pgvector', source: '../../packages/vector/src/stores/pgvector/index.ts' },
  '@rt/vector/qdrant': { name: 'qdrant', source: '../../packages/vector/src/stores/qdrant/index.ts' },
  // Model Context Protocol, each with its SDK: only where a client speaks it.
  './serve-http.ts': { name: 'mcp-http', source: '../../packages/server/src/wires/mcp/serve-http.ts' },
  './bridge-stdio.ts': { name: 'mcp-stdio', source: 'src/cli/mcp/bridge-stdio.ts' },
  '@rt/inference/openai': { name: 'openai', source: '../../packages/inference/src/providers/openai/index.ts' },
}

const separateFiles: Plugin = {
  name: 'separate-files',
  setup(build) {
    build.onResolve({ filter: /^(\.\.?\/.+\.ts|@rt\/.+)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && path in SEPARATE ? { path, namespace: 'separate-file' } : undefined,
    )
    build.onResolve({ filter: /\.cjs$/, namespace: 'separate-file' }, ({ path }) => ({ path, external: true }))
    build.onLoad({ filter: /.*/, namespace: 'separate-file' }, ({ path }) => ({
      contents: `module.exports = require('./${SEPARATE[path]!.name}.cjs')`,
    }))
  },
}

/** Native packages, and those a user adds. */
const INSTALLED = [
  '@lancedb/lancedb',
  '@qdrant/js-client-rest',
  'apache-arrow',
  'hnswlib-node',
  'onnxruntime-node',
  'pg',
  'redis',
  'usearch',
]

/** Everything inlined but native packages, and what a user adds; Node's own modules loaded when they are first used. */
const bundled: Options = {
  ...base,
  outDir: 'dist/cli',
  splitting: false,
  noExternal: [new RegExp(`^(?!@node-llama-cpp/|(?:${INSTALLED.join('|')})$|node:)`)],
  external: [...INSTALLED, /^@node-llama-cpp\//],
  esbuildPlugins: [lazyBuiltins(), separatePrices],
  esbuildOptions: (options) => {
    options.minifySyntax = true
    options.minifyWhitespace = true
    options.conditions = ['@rt/source', 'node', 'import']
  },
}

const command: Options = {
  ...bundled,
  format: 'cjs',
  outExtension: () => ({ js: '.cjs' }),
  esbuildPlugins: [lazyBuiltins(), separatePrices, separateFiles],
  define: { ...define, 'import.meta.url': '__filenameUrl' },
  banner: { js: "const __filenameUrl = require('node:url').pathToFileURL(__filename).href;" },
}

export default defineConfig([
  // The library: every @rt/* stays external, so that a program holds one copy of core.
  { ...base, entry: { index: 'src/index.ts' }, outDir: 'dist' },
  // The command: one file whose modules run when they are first imported (a file a chunk costs a millisecond each at the
  // start), in CommonJS, whose loader starts 5 ms sooner.
  { ...command, entry: { rt: 'src/cli/rt.ts' } },
  ...Object.values(SEPARATE).map(({ name, source }): Options => ({ ...command, entry: { [name]: source } })),
  // Hosts and workers, flat beside it, where `new URL('./name.js', import.meta.url)` finds them.
  {
    ...bundled,
    // What one document or one model does not need is not read for it.
    splitting: true,
    entry: {
      ...under('../../packages/node/src', WORKER_ENTRIES),
      ...under('../../packages/inference/src', HOST_ENTRIES),
      ...under('../../packages/memory/src', DOCUMENT_ENTRIES),
      ...under('../../packages/tools/src', SQL_ENTRIES),
      ...under('../../packages/vector/src', SEARCH_ENTRIES),
      'genai-prices': '../../packages/observe/node_modules/@pydantic/genai-prices/dist/index.js',
    },
    esbuildPlugins: [...bundled.esbuildPlugins!, inlineLlama(), thirdPartyNotices('THIRD-PARTY.txt')],
    onSuccess: async () => {
      cpSync('../../examples/handbook', 'dist/cli/handbook', { recursive: true })
      cpSync('templates/app', 'dist/cli/templates/app', { recursive: true })
    },
    // CommonJS dependencies that ask for Node's own modules need a `require` in an ES module.
    banner: {
      js: "import { createRequire as __rtRequire } from 'node:module'; const require = __rtRequire(import.meta.url);",
    },
  },
])
