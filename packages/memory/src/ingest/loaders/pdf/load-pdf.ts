import { nameBytes } from '../describe-bytes.ts'
import { fault, type Loader } from '../loaded-document.ts'
import { optionalPackage } from '../optional-package.ts'
import { toSections, type Section } from '../../chunkers/sections.ts'
import { tooMuchText } from '../../parser/too-much-text.ts'
import { pageText, type PageItem } from './page-text.ts'

/** The text of each page, under the heading `page N`. Nothing is drawn, no font is loaded, no script runs. */
export const loadPdf: Loader = async ({ bytes, limits }) => {
  const name = nameBytes(bytes)
  if (name !== 'a PDF') throw fault(`not a PDF: it is ${name}`)
  const { getDocumentProxy } = await optionalPackage('PDF', 'unpdf', () => import('unpdf'))
  const document = await getDocumentProxy(bytes, SETTINGS).catch((error: unknown) => {
    throw fault(explain(error as Error))
  })
  const { numPages: pages } = document
  if (pages > limits.pdfPages) throw fault(`${count(pages)} pages; at most ${count(limits.pdfPages)} are read`)

  let text = ''
  let textBytes = 0
  let empty = 0
  let unreadable = 0
  const sections: Section[] = []
  for (let number = 1; number <= pages; number++) {
    let found = ''
    try {
      const page = await document.getPage(number)
      found = pageText((await page.getTextContent()).items as PageItem[])
      page.cleanup()
    } catch {
      unreadable++
      continue
    }
    if (!found) empty++
    textBytes += Buffer.byteLength(found) + 2
    if (textBytes > limits.textBytes) throw tooMuchText(limits.textBytes)
    const start = text.length
    text += `${found}\n\n`
    for (const { blocks } of toSections(found, 'text'))
      sections.push({
        headings: [`page ${number}`],
        blocks: blocks.map((block) => ({ ...block, start: block.start + start, end: block.end + start })),
      })
  }
  if (pages > 0 && unreadable === pages) throw fault('a damaged PDF: none of its pages can be read')
  return {
    text,
    layout: sections,
    warnings: [
      ...(empty ? [`${count(empty)} of ${count(pages)} pages have no text (scanned?)`] : []),
      ...(unreadable ? [`${count(unreadable)} of ${count(pages)} pages are damaged and were left out`] : []),
    ],
  }
}

const SETTINGS = {
  verbosity: 0,
  useSystemFonts: false,
  disableFontFace: true,
  isOffscreenCanvasSupported: false,
  isImageDecoderSupported: false,
  useWasm: false,
  enableXfa: false,
}

const explain = ({ name, message }: Error): string =>
  name === 'PasswordException'
    ? 'encrypted: it needs a password'
    : `a damaged PDF (${message.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 100)})`

const count = (figure: number): string => figure.toLocaleString('en')
