import { createFakeClock } from '@rt/core/testing'
import { superviseChild } from '@rt/node/process'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { docxFiles, makeDocx, paragraph, REMOTE_IMAGE, table } from '../__fixtures__/make-docx.ts'
import { makeEncryptedPdf, makeEndlessPdf, makePdf, makePdfBomb, makePdfOf } from '../__fixtures__/make-pdf.ts'
import { makeZip } from '../__fixtures__/make-zip.ts'
import type { ParsedKind } from '../loaders/kinds.ts'
import { DOCUMENT_LIMITS, type DocumentLimits } from './document-limits.ts'
import { createDocumentParser, type DocumentParser } from './document-parser.ts'
import type { ParsedDocument, ParseResponse } from './protocol.ts'
import { readerOptions } from './reader-process.ts'

let parser: DocumentParser
/** Started with what its first document may take. */
let small: DocumentParser
beforeAll(() => {
  parser = createDocumentParser()
  small = createDocumentParser()
})
afterAll(() => Promise.all([parser, small].map((one) => one[Symbol.asyncDispose]())))

const read = (
  name: string,
  content: string | Uint8Array,
  limits: Partial<DocumentLimits> = {},
  by = parser,
  signal?: AbortSignal,
): Promise<ParseResponse> =>
  by.parse(
    {
      kind: name.replace(/.*\./, '').replace(/jsonl/, 'json').replace('tsv', 'csv') as ParsedKind,
      name,
      bytes: Buffer.from(content),
      words: 120,
      limits: { ...DOCUMENT_LIMITS, ...limits },
    },
    signal,
  )

const good = async (...args: Parameters<typeof read>): Promise<ParsedDocument> => {
  const response = await read(...args)
  if ('reason' in response) expect.fail(response.reason)
  return response
}

const reason = async (...args: Parameters<typeof read>): Promise<string> => {
  const response = await read(...args)
  return 'reason' in response ? response.reason : 'it was read'
}

/** What became of a document, in a time that one whose cost grows with the square of its length does not meet. */
const outcome = async (name: string, content: string): Promise<string> => {
  const response = await read(name, content, { timeMs: 20_000 })
  return 'reason' in response ? response.reason : [...texts(response), ...response.warnings].join('\n')
}

const texts = ({ chunks }: ParsedDocument): string[] => chunks.map(({ text }) => text)

describe('HTML', () => {
  const long = (text: string): string => `${text}, ${'and more of it, as articles have. '.repeat(8)}`
  const PAGE = `<!doctype html><html><head><meta charset="utf-8"><title>Travel – Acme</title></head><body>
    <nav><a href="/">Home</a> <a href="/x">Cookies</a></nav><article><h1>Travel</h1><p>${long('We go by train')}</p>
    <h2>Meals</h2><p>${long('Up to 400 NOK')} See <a href="https://acme.test/r">receipts</a>, <a href="javascript:x()">here</a>.
    <img src="http://evil.test/pixel.png" alt="pixel"></p><table><tr><th>City</th><th>Cap</th></tr><tr><td>Oslo|N</td><td>400</td></tr></table>
    <pre><code class="language-sh">rt ingest ./docs_of_mine</code></pre></article><script>stolen()</script><footer>Imprint</footer></body></html>`

  it('keeps the article with its headings, tables, code and links, and nothing around it', async () => {
    const document = await good('a.html', PAGE)
    const all = texts(document).join('\n')
    expect(document.chunks.map(({ headings }) => headings)).toEqual([['Travel'], ['Travel', 'Meals']])
    expect(all).toContain('| City | Cap |\n| --- | --- |\n| Oslo\\|N | 400 |')
    expect(all).toContain('```sh\nrt ingest ./docs_of_mine\n```')
    expect(all).toContain('[receipts](https://acme.test/r), here.')
    expect(all).not.toMatch(/Cookies|Imprint|stolen|evil|javascript/)
  })

  it('takes the whole page where there is no article', async () => {
    const page = '<title>Prices</title><ul><li>Tea 3<li>Coffee 4</ul><footer>Imprint</footer>'
    expect(texts(await good('a.html', page))).toEqual(['# Prices\n\n-   Tea 3\n-   Coffee 4'])
  })

  it('has a title once', async () => {
    expect(texts(await good('a.html', '<h1>Tea</h1><p>Three a cup.</p>'))).toEqual(['# Tea\n\nThree a cup.'])
    expect(texts(await good('a.html', '<h1>Tea</h1><h1>Coffee</h1><p>Four.</p>')).join()).not.toContain('# #')
  })

  it('reads UTF-8, UTF-16 with its mark, what the page says of itself, and windows-1252 else', async () => {
    const text = ['Größe'].join()
    const latin = Buffer.from('<p>Gr\xF6\xDFe \x80</p>', 'latin1')
    const cyrillic = Buffer.concat([Buffer.from('<meta charset="windows-1251"><p>'), Buffer.from([0xcf, 0xf0])])
    expect(texts(await good('a.html', `<p>${text}</p>`))).toEqual([text])
    expect(texts(await good('a.html', Buffer.from(`\uFEFF<p>${text}</p>`, 'utf16le')))).toEqual([text])
    expect(texts(await good('a.html', latin))).toEqual([`${text} €`])
    expect(texts(await good('a.html', cyrillic))).toEqual(['Пр'])
  })

  it('refuses a million nested elements, and what is no page', async () => {
    expect(await reason('a.html', '<div>'.repeat(1_000_000))).toBe(
      'elements nested 1,000,000 deep; at most 1,000 are read',
    )
    expect(await reason('a.html', '<x-y>'.repeat(1_000_000))).toContain('nested 1,000,000 deep')
    expect(await reason('a.html', '<li><p>'.repeat(1000))).toContain('nested 2,002 deep')
    expect(await good('a.html', '<!-- <body > -->')).toEqual({ chunks: [], warnings: ['there is no text in it'] })
    // Looking for the article in it would take twenty seconds.
    const deep = `<p>Up here, this.</p>${'<div>'.repeat(950)}<p>Down there.</p>`
    expect(texts(await good('a.html', deep, { timeMs: 8000 }))).toEqual(['Up here, this.\n\nDown there.'])
    expect(await reason('a.html', makePdf(['x']))).toBe('not HTML: it is a PDF')
    expect(await reason('a.html', 'a\0b')).toContain('binary')
    expect((await good('a.html', '')).warnings).toEqual(['there is no text in it'])
  })

  it('stays quick on hostile markup', async () => {
    const none = 'there is no text in it'
    const hostile = { '<!--': none, '<script>': none, '<p': none, '</div>': none, '<': '<<<', '<b>x</b>': '**x**' }
    for (const [piece, expected] of Object.entries(hostile))
      expect(await outcome('a.html', piece.repeat(5000))).toContain(expected)
    expect(await outcome('a.html', '<table><tr><td>'.repeat(5000))).toContain('nested 5,000 deep')
  })
})

describe('PDF', () => {
  it('gives the text of each page under its number, and says which have none', async () => {
    const document = await good('a.pdf', makePdf(['First line\nsecond (line)', '', 'Third page.']))
    expect(document).toEqual({
      chunks: [
        { text: 'First line\nsecond (line)', start: 0, end: 24, headings: ['page 1'] },
        { text: 'Third page.', start: 28, end: 39, headings: ['page 3'] },
      ],
      warnings: ['1 of 3 pages have no text (scanned?)'],
    })
    expect((await good('a.pdf', makePdf(['', '']))).warnings).toEqual(['2 of 2 pages have no text (scanned?)'])
  })

  it('says what is wrong with an encrypted, broken, empty, mislabelled or long one', async () => {
    expect(await reason('a.pdf', makeEncryptedPdf())).toBe('encrypted: it needs a password')
    expect(await reason('a.pdf', '%PDF-1.7\nnothing')).toBe('a damaged PDF (Invalid PDF structure.)')
    expect(await reason('a.pdf', makePdf(['x']).subarray(0, 200))).toContain('a damaged PDF')
    expect(await reason('a.pdf', '')).toBe('not a PDF: it is empty')
    expect(await reason('a.pdf', '<!DOCTYPE html><p>404')).toBe('not a PDF: it is HTML')
    expect(await reason('a.pdf', '\x89PNG\r\n\x1a\n')).toBe('not a PDF: it is plain text')
    expect(await reason('a.pdf', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).toBe('not a PDF: it is a PNG image')
    expect(await reason('a.pdf', makePdf(['1', '2', '3']), { pdfPages: 2 })).toBe('3 pages; at most 2 are read')
    expect(await reason('a.pdf', makePdf(['text '.repeat(100)]), { textBytes: 100 })).toBe(
      'more than 0.0001 MB of text',
    )
  })

  it('reads one of 100,000 objects, and one whose pages go round in a circle', async () => {
    const objects = Array.from({ length: 100_000 }, () => '<< /A [1 2 3] >>')
    const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>'
    const start = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>', page]
    expect((await good('a.pdf', makePdfOf([...start, ...objects]))).chunks).toEqual([])
    const circle = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R] /Count 9 >>']
    expect(await reason('a.pdf', makePdfOf(circle))).toContain('a damaged PDF')
  })
})

describe('DOCX', () => {
  it('keeps headings and tables, drops images, and follows nothing outside', async () => {
    const rows = [
      ['City', 'Cap'],
      ['Oslo', '400'],
    ]
    const body = paragraph('Travel', 'Heading1') + paragraph('By train.') + paragraph('Meals', 'Heading2') + table(rows)
    const { chunks } = await good('a.docx', makeDocx(body + REMOTE_IMAGE))
    expect(chunks.map(({ text, headings }) => ({ text, headings }))).toEqual([
      { text: '# Travel\n\nBy train.', headings: ['Travel'] },
      { text: '## Meals\n\n| City | Cap |\n| --- | --- |\n| Oslo | 400 |', headings: ['Travel', 'Meals'] },
    ])
  })

  it('expands no entity, neither of a file nor of its own', async () => {
    const doctype = '<!DOCTYPE w [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY own "secret">]>'
    for (const entity of ['&file;', '&own;']) {
      const response = await read('a.docx', makeDocx(paragraph(`See ${entity}.`), doctype))
      expect(JSON.stringify(response)).not.toMatch(/root:|secret/)
    }
  })

  it('stops at bombs before anything is unpacked: by total, by ratio, by entries', async () => {
    const zeros = (bytes: number): Buffer =>
      makeZip([...docxFiles(''), { name: 'word/x.xml', data: Buffer.alloc(bytes) }])
    expect(await reason('a.docx', zeros(2_000_000))).toMatch(/^not unpacked: it would unpack to \d+ times its size/)
    expect(await reason('a.docx', zeros(900_000), { unpackedBytes: 800_000 })).toBe(
      'not unpacked: it would unpack to more than 0.8 MB (a ZIP bomb?)',
    )
    const many = Array.from({ length: 10_001 }, (_, index) => ({ name: `word/${index}.xml`, data: '' }))
    expect(await reason('a.docx', makeZip(many))).toBe('not unpacked: it would unpack to 10,001 entries (a ZIP bomb?)')
  })

  it('passes no entry that is larger or smaller than it says, nor an archive inside as anything but a file', async () => {
    const lying = (claims: number): Buffer =>
      makeZip(
        docxFiles(paragraph('x').repeat(1000)).map((file) =>
          file.name === 'word/document.xml' ? { ...file, claims } : file,
        ),
      )
    const lie = 'not unpacked: its entry word/document.xml has another size than it says (a ZIP bomb?)'
    expect(await reason('a.docx', lying(100))).toBe(lie)
    expect(await reason('a.docx', lying(900_000))).toBe(lie)
    const inner = makeZip([{ name: 'word/bomb.xml', data: Buffer.alloc(900_000) }])
    const nested = makeZip([...docxFiles(paragraph('Fine.')), { name: 'word/embeddings/inner.docx', data: inner }])
    expect(texts(await good('a.docx', nested))).toEqual(['Fine.'])
  })

  it('says what is wrong with an encrypted, broken or mislabelled one', async () => {
    const ole = Buffer.from('\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1', 'latin1')
    const locked = makeZip(docxFiles('').map((file) => ({ ...file, locked: true })))
    expect(await reason('a.docx', Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')]))).toBe(
      'encrypted: it needs a password',
    )
    expect(await reason('a.docx', locked)).toBe('encrypted: it needs a password')
    expect(await reason('a.docx', ole)).toBe('not a DOCX: it is an old Office document (.doc, .xls, .ppt)')
    expect(await reason('a.docx', 'Dear all')).toBe('not a DOCX: it is plain text')
    expect(await reason('a.docx', makeZip([{ name: 'xl/workbook.xml', data: '' }]))).toBe(
      'not a DOCX: it is an Excel workbook',
    )
    const whole = makeDocx(paragraph('x'))
    expect(await reason('a.docx', whole.subarray(0, whole.length - 30))).toContain('a damaged DOCX')
    const flipped = Buffer.from(whole)
    flipped.writeUInt32LE(0xfffffff0, whole.length - 6)
    expect(await reason('a.docx', flipped)).toContain('a damaged DOCX')
  })
})

describe('CSV', () => {
  it('names every cell, so that a row can be understood alone', async () => {
    const csv = 'city;cap;note\r\nOslo;400;"with ""receipts"";\nalways"\r\nBergen;350;\r\n'
    expect(texts(await good('a.csv', csv))).toEqual([
      'city: Oslo\ncap: 400\nnote: with "receipts";\nalways\n\ncity: Bergen\ncap: 350',
    ])
    expect(texts(await good('a.tsv', 'a\tb\n1\t2'))).toEqual(['a: 1\nb: 2'])
    expect(texts(await good('a.csv', '1,2\n3,4'))).toEqual(['column 1: 1\ncolumn 2: 2\n\ncolumn 1: 3\ncolumn 2: 4'])
    expect(texts(await good('a.csv', Buffer.from('\uFEFFname,x\nZoë,1', 'utf16le')))).toEqual(['name: Zoë\nx: 1'])
  })

  it('cuts between rows', async () => {
    const rows = Array.from({ length: 200 }, (_, index) => `name ${index},${index * 7},some words of text`)
    const { chunks } = await good('a.csv', `name,figure,text\n${rows.join('\n')}`)
    expect(chunks.length).toBeGreaterThan(5)
    for (const { text } of chunks) expect(text).toMatch(/^name: [^]* text$/)
  })

  it('goes on after quotes that are never closed, and says from which line', async () => {
    expect(await good('a.csv', 'a,b\n1,"2\n3,4\n"5,6')).toMatchObject({
      chunks: [{ text: 'a: 1\nb: 2\n3,4\n5\ncolumn 3: 6' }],
    })
    expect(await good('a.csv', 'a,b\n1,"2\n3,4\n')).toMatchObject({
      chunks: [{ text: 'a: 1\nb: "2\n\na: 3\nb: 4' }],
      warnings: ['line 2: a quote is never closed; from there on quotes are text'],
    })
  })

  it('reads 10,000 columns, uneven rows and a flood of quotes', async () => {
    const wide = Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(',')
    const { chunks } = await good('a.csv', `${wide}\n${wide}`)
    expect(chunks.map(({ text }) => text).join('\n')).toContain('c9999: c9999')
    expect((await good('a.csv', 'a,b\n1\n1,2,3')).warnings).toEqual(['2 of 3 rows do not have 2 cells'])
    for (const piece of ['"",', '"\n', ',', '\r'])
      expect(await outcome('a.csv', piece.repeat(200_000))).toBe('there is no text in it')
    for (const piece of ['"', '""']) expect(await outcome('a.csv', piece.repeat(200_000))).toContain('column 1: ""')
  })

  it('refuses what is no table of text', async () => {
    expect(await reason('a.csv', makeZip([{ name: 'xl/workbook.xml', data: '' }]))).toBe('not CSV: it is a ZIP archive')
    expect(await reason('a.csv', '<html><body>404')).toBe('not CSV: it is HTML')
    expect(await reason('a.csv', `a,b\n${'1,2\n'.repeat(1000)}`, { textBytes: 2000 })).toBe(
      'more than 0.002 MB of text',
    )
  })
})

describe('JSON', () => {
  it('writes paths and values, and one record for each object of a list', async () => {
    const value = {
      name: 'Acme',
      address: { city: 'Oslo', tags: ['a', 'b'] },
      staff: [{ id: 1 }, { id: 2, by: [{ x: 3 }] }],
    }
    expect((await good('a.json', JSON.stringify(value))).chunks).toMatchObject([
      { text: 'name: Acme\naddress.city: Oslo\naddress.tags: a, b', headings: [] },
      { text: 'id: 1\n\nid: 2\nby[0].x: 3', headings: ['staff'] },
    ])
    expect(texts(await good('a.json', '[{"a":1},{"a":2}]'))).toEqual(['a: 1\n\na: 2'])
    expect(texts(await good('a.json', '"just text"'))).toEqual(['just text'])
  })

  it('reads JSON Lines, and counts the lines that are broken', async () => {
    expect(await good('a.jsonl', '{"a":1}\n\n{"a":\n{"a":3}\n')).toMatchObject({
      chunks: [{ text: 'a: 1\n\na: 3' }],
      warnings: ['1 of 3 lines are not JSON, the first is line 3'],
    })
    expect(await reason('a.jsonl', 'no\nno')).toBe('not JSON Lines: no line of it is JSON')
  })

  it('refuses 100,000 levels, an own prototype as anything but data, and what is no JSON', async () => {
    expect(await reason('a.json', '['.repeat(100_000) + ']'.repeat(100_000))).toBe(
      'nested 100,000 levels deep; at most 100 are read',
    )
    expect(texts(await good('a.json', '{"__proto__":{"x":1},"constructor":"c"}'))).toEqual([
      '__proto__.x: 1\nconstructor: c',
    ])
    expect(await reason('a.json', '{"a": 1,}')).toMatch(/^not valid JSON \(/)
    expect(await reason('a.json', '')).toBe('not JSON: it is empty')
    expect(await reason('a.json', '<!doctype html>')).toBe('not JSON: it is HTML')
  })
})

describe('limits', () => {
  it('stops a document that takes too long, and reads the next', async () => {
    expect(await reason('a.pdf', makeEndlessPdf(), { timeMs: 300 })).toBe(
      'took longer than 0.3 s to read and was stopped',
    )
    expect(texts(await good('a.pdf', makePdf(['Next.'])))).toEqual(['Next.'])
  })

  it('measures the time by the clock it was given', async () => {
    const clock = createFakeClock()
    await using own = createDocumentParser(clock)
    const response = reason('a.pdf', makeEndlessPdf(), {}, own)
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))
    await clock.advance(60_000)
    expect(await response).toBe('took longer than 60 s to read and was stopped')
  })

  it('stops one that needs too much memory, of JavaScript or outside of it, and reads the next', async () => {
    const many = JSON.stringify(Array.from({ length: 400_000 }, (_, index) => ({ index })))
    expect(await reason('a.json', many, { heapMegabytes: 24 }, small)).toBe(
      'needs more than 24 MB of memory to be read',
    )
    expect(await reason('a.pdf', makePdfBomb(2000), { processBytes: 100_000_000 })).toBe(
      'needs more than 100 MB of memory to be read',
    )
    expect(texts(await good('a.csv', 'a,b\n1,2'))).toEqual(['a: 1\nb: 2'])
  })

  it('ends when aborted, and reads the next', async () => {
    const controller = new AbortController()
    const response = read('a.pdf', makeEndlessPdf(), {}, parser, controller.signal)
    controller.abort()
    await expect(response).rejects.toMatchObject({ code: 'aborted' })
    expect(texts(await good('a.csv', 'a,b\n1,2'))).toEqual(['a: 1\nb: 2'])
  })

  it('outlives a small document that needs endless memory, and reads the next', async () => {
    const needs = 'needs more than 32 MB of memory to be read'
    const hostile = {
      'a.html': '<p>a'.repeat(200_000),
      'b.html': `<table>${'<tr><td>cell<td>value</tr>'.repeat(100_000)}</table>`,
      'c.json': `[${'[],'.repeat(5_000_000)}[]]`,
    }
    for (const [name, content] of Object.entries(hostile)) {
      expect(await reason(name, content, { heapMegabytes: 32 }, small)).toBe(needs)
      expect(texts(await good('a.csv', 'a,b\n1,2', { heapMegabytes: 32 }, small))).toEqual(['a: 1\nb: 2'])
    }
  })

  it('gives the process that parses no network and no environment', async () => {
    process.env['SECRET_OF_A_TEST'] = 'x'
    onTestFinished(() => void delete process.env['SECRET_OF_A_TEST'])
    const options = readerOptions(DOCUMENT_LIMITS)
    const probe = new URL('./__fixtures__/probe.ts', import.meta.url).href
    const execArgv = [...options.entry.execArgv, `--import=${probe}`]
    await using child = superviseChild({ ...options, entry: { ...options.entry, execArgv } })
    await child.start()
    const answer = new Promise((resolve) =>
      child.onMessage((message) => 'env' in (message as object) && resolve(message)),
    )
    child.send('probe')
    expect(await answer).toEqual({ reach: [undefined, undefined, undefined], env: ['RT_PARENT_PID'] })
  })
})
