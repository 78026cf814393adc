import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** core <- node <- subsystems <- apps/runtime, and core <- server <- apps/runtime. A new arrow is a decision: change it here. */
const LAYERS: Record<string, { folder: string; imports: string[]; dependencies: string[] }> = {
  '@rt/core': { folder: 'packages/core', imports: [], dependencies: [] },
  '@rt/node': { folder: 'packages/node', imports: ['@rt/core'], dependencies: ['@rt/core'] },
  '@rt/inference': {
    folder: 'packages/inference',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@huggingface/jinja', '@huggingface/tokenizers', '@rt/core', '@rt/node', 'node-llama-cpp'],
  },
  '@rt/vector': {
    folder: 'packages/vector',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@rt/core', '@rt/node'],
  },
  '@rt/tools': {
    folder: 'packages/tools',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@rt/core', '@rt/node', 'ajv'],
  },
  '@rt/memory': {
    folder: 'packages/memory',
    imports: ['@rt/core', '@rt/node'],
    dependencies: ['@rt/core', '@rt/node'],
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
      '@rt/core',
      '@rt/inference',
      '@rt/memory',
      '@rt/node',
      '@rt/observe',
      '@rt/server',
      '@rt/tools',
      '@rt/vector',
      'node-llama-cpp',
      'onnxruntime-node',
      'smol-toml',
      'zod',
    ],
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

describe.each(Object.entries(LAYERS))('%s', (name, { folder, imports, dependencies }) => {
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
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>
    }
    expect(Object.keys(manifest.dependencies ?? {}).toSorted()).toEqual(dependencies)
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
