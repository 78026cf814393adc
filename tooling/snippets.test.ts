import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Below a package that depends on all others, so that snippets find what their readers would have installed. */
const folder = join(root, 'apps/runtime/.snippets')

const pages = (path: string): string[] =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : pages(below)
    return entry.name.endsWith('.md') ? [below] : []
  })

/** Code under ```ts, by the page and line where it stands. */
const snippets = (): { name: string; code: string }[] =>
  ['README.md', ...['docs', 'packages', 'apps'].flatMap(pages)].flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8')
    return Array.from(text.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ({ index, 1: code }) => {
      const line = text.slice(0, index).split('\n').length
      return { name: `${page.replaceAll(/[/.]/g, '-')}-line-${line}.ts`, code: code! }
    })
  })

it('compiles every TypeScript snippet of the documentation', () => {
  const all = snippets()
  expect(all.length).toBeGreaterThan(10)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  try {
    for (const { name, code } of all) writeFileSync(join(folder, name), `${code}\nexport {}\n`)
    const config = {
      extends: '../../../tooling/tsconfig/check.json',
      compilerOptions: { types: ['node'], isolatedDeclarations: false, declaration: false, noUnusedLocals: false },
      files: all.map(({ name }) => name),
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { stdout, stderr } = spawnSync('tsc', ['-p', join(folder, 'tsconfig.json')], { encoding: 'utf8' })
    expect(`${stdout}${stderr}`).toBe('')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
