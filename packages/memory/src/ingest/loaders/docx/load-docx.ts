import { nameBytes } from '../describe-bytes.ts'
import { openHtml } from '../html/open-html.ts'
import { toMarkdown } from '../html/to-markdown.ts'
import { fault, type Loader } from '../loaded-document.ts'
import { optionalPackage } from '../optional-package.ts'
import { readZip, type ZipEntry } from './read-zip.ts'
import { writeZip } from './write-zip.ts'

/** Word's headings, lists and tables as Markdown. Images are dropped. */
export const loadDocx: Loader = async ({ bytes, limits }) => {
  const name = nameBytes(bytes)
  if (name.startsWith('an old Office') && hasPackage(bytes)) throw fault('encrypted: it needs a password')
  if (name !== 'a ZIP archive') throw fault(`not a DOCX: it is ${name}`)
  // The parser is given an archive made anew from what was checked: there is nothing left to read in two ways.
  const entries = readZip(bytes, limits, (entry) => /\.(?:xml|rels)$/i.test(entry))
  if (!entries.some((entry) => entry.name.startsWith('word/')))
    throw fault(`not a DOCX: it is ${describeArchive(entries)}`)
  const { default: mammoth } = await optionalPackage('DOCX', 'mammoth', () => import('mammoth'))
  const { value } = await mammoth.convertToHtml(
    { buffer: writeZip(entries) },
    {
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
      includeEmbeddedStyleMap: false,
      styleMap: ["p[style-name='Title'] => h1:fresh"],
    },
  )
  const { body } = await openHtml('DOCX', value)
  return { text: await toMarkdown('DOCX', body), layout: 'markdown', warnings: [] }
}

/** Word wraps an encrypted document in the container of its old format, with an entry of this name in UTF-16. */
const hasPackage = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(Buffer.from('EncryptedPackage', 'utf16le'))

const describeArchive = (entries: ZipEntry[]): string => {
  const has = (prefix: string): boolean => entries.some(({ name }) => name.startsWith(prefix))
  if (has('xl/')) return 'an Excel workbook'
  if (has('ppt/')) return 'a PowerPoint presentation'
  if (has('META-INF/container.xml')) return 'an EPUB book'
  if (has('content.xml')) return 'an OpenDocument file'
  return 'a ZIP archive without a Word document'
}
