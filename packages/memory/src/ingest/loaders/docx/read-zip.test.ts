import { expect, it } from 'vitest'
import { deflateSpaces } from '../../__fixtures__/deflate-spaces.ts'
import { docxFiles } from '../../__fixtures__/make-docx.ts'
import { makeZip } from '../../__fixtures__/make-zip.ts'
import { DOCUMENT_LIMITS } from '../../parser/document-limits.ts'
import { readZip } from './read-zip.ts'

it('stops unpacking an entry at the size it claims, before the rest of it is in memory', () => {
  const bomb = { name: 'word/bomb.xml', data: '', claims: 1000, packed: deflateSpaces(600) }
  const archive = makeZip([...docxFiles(''), bomb])
  // The most this process ever held, in kilobytes.
  const before = process.resourceUsage().maxRSS
  expect(() => readZip(archive, DOCUMENT_LIMITS, () => true)).toThrow('another size than it says')
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(200_000)
})

it('gives back what is asked for, byte for byte, and nothing else', () => {
  const archive = makeZip([
    { name: 'a.xml', data: 'Größe' },
    { name: 'b.png', data: Buffer.alloc(10) },
    { name: 'empty.xml', data: '' },
  ])
  const entries = readZip(archive, DOCUMENT_LIMITS, (name) => name.endsWith('.xml'))
  expect(entries.map(({ name, data }) => [name, Buffer.from(data).toString()])).toEqual([
    ['a.xml', 'Größe'],
    ['empty.xml', ''],
  ])
})
