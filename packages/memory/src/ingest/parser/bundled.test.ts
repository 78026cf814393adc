import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { WORKER_ENTRIES } from '@rt/node/worker'
import { build } from 'tsup'
import { expect, it } from 'vitest'
import { makeFolder } from '../../__fixtures__/open-temporary.ts'
import { makeDocx, paragraph } from '../__fixtures__/make-docx.ts'
import { makePdf } from '../__fixtures__/make-pdf.ts'
import type { ParsedKind } from '../loaders/kinds.ts'
import { DOCUMENT_ENTRIES } from './document-entries.ts'
import { DOCUMENT_LIMITS } from './document-limits.ts'
import type * as parserModule from './document-parser.ts'

const source = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))
const under = (folder: string, entries: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, source(`${folder}/src/${file}`)]))

it('reads every kind also in a bundle that inlines the parsers', async () => {
  const outDir = await makeFolder()
  await build({
    config: false,
    silent: true,
    outDir,
    entry: {
      parser: source('memory/src/ingest/parser/document-parser.ts'),
      ...under('memory', DOCUMENT_ENTRIES),
      ...under('node', WORKER_ENTRIES),
    },
    platform: 'node',
    format: 'esm',
    target: 'node22.18',
    outExtension: () => ({ js: '.js' }),
    splitting: true,
    removeNodeProtocol: false,
    noExternal: [/^(?!node:)/],
    esbuildOptions: (options) => void (options.conditions = ['@rt/source', 'node', 'import']),
    banner: { js: "import { createRequire as make } from 'node:module'; const require = make(import.meta.url);" },
  })
  const bundle = (await import(pathToFileURL(join(outDir, 'parser.js')).href)) as typeof parserModule
  await using parser = bundle.createDocumentParser()
  const read = async (kind: ParsedKind, name: string, content: string | Uint8Array): Promise<unknown> => {
    const response = await parser.parse({
      kind,
      name,
      bytes: Buffer.from(content),
      words: 120,
      limits: DOCUMENT_LIMITS,
    })
    return 'reason' in response ? response.reason : response.chunks.map(({ text }) => text)
  }
  expect(await read('html', 'a.html', '<h1>Tea</h1><p>Three.</p>')).toEqual(['# Tea\n\nThree.'])
  expect(await read('docx', 'a.docx', makeDocx(paragraph('Tea', 'Heading1')))).toEqual(['# Tea'])
  expect(await read('pdf', 'a.pdf', makePdf(['Tea.']))).toEqual(['Tea.'])
  expect(await read('csv', 'a.csv', 'a,b\n1,2')).toEqual(['a: 1\nb: 2'])
  expect(await read('json', 'a.json', '{"a":1}')).toEqual(['a: 1'])
  expect(await read('code', 'a.ts', 'const a = 1')).toEqual(['const a = 1'])
})
