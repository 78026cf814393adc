import { deflateSpaces } from './deflate-spaces.ts'

/** Objects 1… as a PDF file with a cross-reference table; the first is the catalogue. */
export const makePdfOf = (objects: (string | Buffer)[], trailer = ''): Buffer => {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let length = parts[0]!.length
  for (const [index, object] of objects.entries()) {
    offsets.push(length)
    const body = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')])
    parts.push(body)
    length += body.length
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(parts)
}

export const stream = (data: string | Buffer, entries = ''): Buffer => {
  const bytes = Buffer.from(data)
  return Buffer.concat([
    Buffer.from(`<< /Length ${bytes.length} ${entries} >>\nstream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ])
}

/** A PDF with one page for each text; an empty text is a page without any. Lines stand below each other. */
export const makePdf = (pages: string[], trailer = ''): Buffer => {
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ')
  return makePdfOf(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      ...pages.flatMap((text, index) => [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
        stream(`BT /F1 12 Tf 14 TL 50 750 Td ${text ? text.split('\n').map(show).join(' ') : ''} ET`),
      ]),
    ],
    trailer,
  )
}

const show = (line: string): string => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`

/** One page that draws a form, which draws another ten times, and so on: ten to the power of `depth` pieces of text. */
export const makeEndlessPdf = (depth = 12): Buffer => {
  const first = 6
  const form = (index: number): Buffer =>
    stream(
      index === depth ? 'BT /F1 12 Tf (x) Tj ET' : '/X Do '.repeat(10),
      `/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> ${index === depth ? '' : `/XObject << /X ${first + index + 1} 0 R >>`} >>`,
    )
  return makePdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [4 0 R] /Count 1 >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /XObject << /X ${first} 0 R >> >> /Contents 5 0 R >>`,
    stream('/X Do'),
    ...Array.from({ length: depth + 1 }, (_, index) => form(index)),
  ])
}

/** A page whose content unpacks to `megabytes` of spaces. */
export const makePdfBomb = (megabytes: number): Buffer => {
  const packed = Buffer.concat([Buffer.from([0x78, 0x9c]), deflateSpaces(megabytes)])
  return makePdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>',
    stream(packed, '/Filter /FlateDecode'),
  ])
}

/** Says that it is encrypted (RC4, 40 bits) with a password nobody knows. */
export const makeEncryptedPdf = (): Buffer => {
  const filled = (byte: string): string => `<${byte.repeat(32)}>`
  return makePdf(
    ['secret'],
    `/Encrypt << /Filter /Standard /V 1 /R 2 /O ${filled('41')} /U ${filled('42')} /P -4 >> /ID [<${'43'.repeat(16)}> <${'43'.repeat(16)}>]`,
  )
}
