import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadConfig } from '../apps/runtime/src/config/load-config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const pages = (path: string): string[] =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : pages(below)
    return entry.name.endsWith('.md') ? [below] : []
  })

/** Settings under ```toml, by the page and line where they stand. Without `rt = 1` they are a part of a file. */
const snippets = ['README.md', ...['docs', 'packages', 'apps'].flatMap(pages)].flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8')
  return Array.from(text.matchAll(/^ *```toml\n([\s\S]*?)^ *```$/gm), ({ index, 1: toml = '' }) => ({
    at: `${page}:${text.slice(0, index).split('\n').length}`,
    file: /^rt = /m.test(toml) ? toml : `rt = 1\n${toml}`,
  }))
})

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-toml-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('finds them', () => {
  expect(snippets.length).toBeGreaterThan(3)
})

it.each(snippets)('the settings shown in $at are read without a mistake', async ({ file }) => {
  const path = join(folder, 'config.toml')
  writeFileSync(path, file)
  // Any text is a key; where an address is asked for, this is one.
  const address = (name: string): string => (name === 'DATABASE_URL' ? 'postgres://127.0.0.1/rt' : 'redis://127.0.0.1')
  const env = Object.fromEntries(Array.from(file.matchAll(/env:(\w+)/g), ([, name]) => [name, address(name!)]))
  const loaded = await loadConfig({}, { config: path, cwd: folder, env, trust: true, trustFolder: folder })
  expect(loaded.file).toBe(path)
})
