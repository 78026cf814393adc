import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkClosure } from './check-closure.ts'
import { checkCore } from './check-core.ts'

/** A project whose node_modules hold these files. */
const project = (files: Record<string, string>): { folder: string } & Disposable => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-closure-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'node_modules', path, '..'), { recursive: true })
    writeFileSync(join(folder, 'node_modules', path), text)
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

const manifest = (name: string): string => JSON.stringify({ name, version: '1.0.0' })

const vector = { name: 'vector', installs: ['@rt/vector'], brings: ['@rt/core', '@rt/vector'] }

it('accepts a subsystem with its parents', () => {
  using fine = project({
    '@rt/core/package.json': manifest('@rt/core'),
    '@rt/vector/package.json': manifest('@rt/vector'),
    'plain/package.json': manifest('plain'),
  })
  expect(checkClosure(vector, fine.folder)).toEqual([])
})

it('names a sibling, a second copy, a missing parent and compiled code', () => {
  using wrong = project({
    '@rt/vector/package.json': manifest('@rt/vector'),
    '@rt/memory/package.json': manifest('@rt/memory'),
    '@rt/memory/node_modules/@rt/vector/package.json': manifest('@rt/vector'),
    'engine/package.json': manifest('engine'),
    'engine/build/engine.node': '',
    'library/package.json': manifest('library'),
    'library/bin/liblibrary.so.1.2': '',
  })
  expect(checkClosure(vector, wrong.folder).toSorted()).toEqual([
    '@rt/core is not installed',
    '@rt/memory is installed, and should not be (or twice)',
    '@rt/vector is installed, and should not be (or twice)',
    'engine 1.0.0 holds compiled code that nothing here uses',
    'library 1.0.0 holds compiled code that nothing here uses',
  ])
  expect(checkClosure({ ...vector, native: /^(engine|library)$/ }, wrong.folder)).toHaveLength(3)
})

it('finds a module of Node and too many bytes behind the root of core', () => {
  using small = project({
    '@rt/core/dist/index.js': "export * from './a.js'",
    '@rt/core/dist/a.js': 'export const a = 1',
  })
  expect(checkCore(small.folder)).toEqual({ problems: [], bytes: 40 })

  using wrong = project({
    '@rt/core/dist/index.js': "export * from './a.js'",
    '@rt/core/dist/a.js': `import { readFileSync } from 'node:fs'\n// ${'x'.repeat(30_000)}`,
  })
  expect(checkCore(wrong.folder).problems).toEqual([
    expect.stringContaining('a.js imports a module of Node'),
    expect.stringContaining('more than the ceiling'),
  ])
})
