import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** core <- node <- subsystems <- apps/runtime, and core <- server <- apps/runtime. A new arrow is a decision: change it here. */
interface Layer {
  folder: string
  imports: string[]
  dependencies: string[]
  /** optionalDependencies and peerDependencies. Default: none. */
  optional?: string[]
  peers?: string[]
}

const LAYERS: Record<string, Layer> = {
  '@rt/core': { folder: 'packages/core', imports: [], dependencies: [] },
  '@rt/node': { folder: 'packages/node', imports: ['@rt/core'], dependencies: ['@rt/core'] },
  '@rt/inference': {
    folder: 'packages/inference',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@huggingface/jinja', '@huggingface/tokenizers', '@rt/core', '@rt/node'],
    // The binaries of llama.cpp: CPU and Metal. Its JavaScript is inlined (tooling/tsup/inline-llama.ts).
    optional: [
      '@node-llama-cpp/linux-arm64',
      '@node-llama-cpp/linux-armv7l',
      '@node-llama-cpp/linux-x64',
      '@node-llama-cpp/mac-arm64-metal',
      '@node-llama-cpp/mac-x64',
      '@node-llama-cpp/win-arm64',
      '@node-llama-cpp/win-x64',
    ],
    peers: ['@anthropic-ai/sdk', 'onnxruntime-node', 'openai', 'rate-limiter-flexible'],
  },
  '@rt/vector': {
    folder: 'packages/vector',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@rt/core', '@rt/node'],
    // Graph indexes and stores, each imported when it is first used. Only usearch comes with @rt/runtime.
    peers: ['@lancedb/lancedb', '@qdrant/js-client-rest', 'apache-arrow', 'hnswlib-node', 'pg', 'usearch'],
  },
  '@rt/tools': {
    folder: 'packages/tools',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@rt/core', '@rt/node', 'ajv', 're2js'],
    // Of `@rt/tools/mcp`.
    peers: ['@modelcontextprotocol/client'],
  },
  '@rt/memory': {
    folder: 'packages/memory',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@rt/core', '@rt/node'],
    // Document parsers: a dependency each of @rt/runtime.
    peers: ['@mozilla/readability', 'linkedom', 'mammoth', 'turndown', 'unpdf'],
  },
  '@rt/observe': {
    folder: 'packages/observe',
    imports: ['@rt/core', '@rt/node'],
    dependencies: [
      '@opentelemetry/api',
      '@opentelemetry/core',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace-base',
      '@pydantic/genai-prices',
      '@rt/core',
      '@rt/node',
    ],
  },
  '@rt/server': {
    folder: 'packages/server',
    imports: ['@rt/core'],
    dependencies: ['@hono/node-server', '@rt/core', 'hono', 'zod'],
    peers: ['@modelcontextprotocol/server'],
  },
  '@rt/runtime': {
    folder: 'apps/runtime',
    imports: [
      '@rt/core',
      '@rt/node',
      '@rt/inference',
      '@rt/vector',
      '@rt/tools',
      '@rt/memory',
      '@rt/observe',
      '@rt/server',
    ],
    dependencies: [
      '@anthropic-ai/sdk',
      '@modelcontextprotocol/client',
      '@modelcontextprotocol/server',
      '@mozilla/readability',
      '@rt/core',
      '@rt/inference',
      '@rt/memory',
      '@rt/node',
      '@rt/observe',
      '@rt/server',
      '@rt/tools',
      '@rt/vector',
      'linkedom',
      'mammoth',
      'onnxruntime-node',
      'openai',
      'rate-limiter-flexible',
      'smol-toml',
      'turndown',
      'unpdf',
      'usearch',
      'zod',
    ],
    // For `[limits] store = "redis"`, the stores of `[vector]` and its index hnsw.
    peers: ['@lancedb/lancedb', '@qdrant/js-client-rest', 'apache-arrow', 'hnswlib-node', 'pg', 'redis'],
  },
}

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder, 'src'), { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        entry.name.endsWith('.ts') &&
        !entry.name.endsWith('.test.ts') &&
        !entry.parentPath.includes('__fixtures__'),
    )
    .map((entry) => join(entry.parentPath, entry.name))

const imported = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!)

type Manifest = Partial<
  Record<'dependencies' | 'optionalDependencies' | 'peerDependencies' | 'scripts', Record<string, string>>
>

describe.each(Object.entries(LAYERS))('%s', (name, { folder, imports, dependencies, optional = [], peers = [] }) => {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest

  it('imports only the layers below it', () => {
    const wrong = sources(folder).flatMap((file) =>
      imported(file)
        .filter((specifier) => specifier.startsWith('@rt/'))
        .map((specifier) => specifier.split('/').slice(0, 2).join('/'))
        .filter((target) => target !== name && !imports.includes(target))
        .map(
          (target) => `${file.slice(root.length)} imports ${target}: give it through an interface of @rt/core instead`,
        ),
    )
    expect(wrong).toEqual([])
  })

  it('declares exactly the dependencies that were decided', () => {
    const names = (key: keyof Manifest): string[] => Object.keys(manifest[key] ?? {}).toSorted()
    expect(names('dependencies')).toEqual(dependencies)
    expect(names('optionalDependencies')).toEqual(optional)
    expect(names('peerDependencies')).toEqual(peers)
  })

  it('runs nothing when it is installed: `npm install --ignore-scripts` gives the same package', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']
    expect(Object.keys(manifest.scripts ?? {}).filter((script) => hooks.includes(script))).toEqual([])
  })
})

describe('the whole house', () => {
  const all = Object.values(LAYERS).flatMap(({ folder }) => sources(folder))

  it('exports by name, never by star', () => {
    expect(all.filter((file) => /^export \*/m.test(readFileSync(file, 'utf8')))).toEqual([])
  })

  it('throws its own errors only', () => {
    const bare = all.filter((file) => /new (Error|TypeError|RangeError)\(/.test(readFileSync(file, 'utf8')))
    expect(bare.map((file) => file.slice(root.length))).toEqual([])
  })

  it('keeps core free of Node', () => {
    expect(
      sources('packages/core').filter((file) => imported(file).some((specifier) => specifier.startsWith('node:'))),
    ).toEqual([])
  })
})
