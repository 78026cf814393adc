import { expect, test } from 'vitest'
import { entryUrl } from './entry-url.ts'

test('from source the entry is the .ts file beside the caller', () => {
  const { url, execArgv } = entryUrl('file:///repo/packages/x/src/a/b.ts', './entry.ts', 'x-entry.js')
  expect(url.href).toBe('file:///repo/packages/x/src/a/entry.ts')
  expect(execArgv).toEqual(['--conditions=@rt/source'])
})

test('from a build it is the flat file beside the chunk', () => {
  const { url, execArgv } = entryUrl('file:///app/dist/chunk-1A2B.js', './entry.ts', 'x-entry.js')
  expect(url.href).toBe('file:///app/dist/x-entry.js')
  expect(execArgv).toEqual([])
})
