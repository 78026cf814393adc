import { makeZip, type ZipFile } from './make-zip.ts'

const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'

export const paragraph = (text: string, style?: string): string =>
  `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ''}<w:r><w:t>${text}</w:t></w:r></w:p>`

export const table = (rows: string[][]): string =>
  `<w:tbl>${rows.map((row) => `<w:tr>${row.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`).join('')}</w:tbl>`

/** The files of a Word document. @param doctype goes before its root, as hostile documents have it. */
export const docxFiles = (body: string, doctype = ''): ZipFile[] => [
  {
    name: '[Content_Types].xml',
    data: `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
  },
  {
    name: '_rels/.rels',
    data: `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>`,
  },
  {
    name: 'word/styles.xml',
    data: `<w:styles xmlns:w="${WORD}">${[1, 2].map((level) => `<w:style w:type="paragraph" w:styleId="Heading${level}"><w:name w:val="heading ${level}"/></w:style>`).join('')}</w:styles>`,
  },
  {
    name: 'word/_rels/document.xml.rels',
    data: `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rS" Type="${RELATIONS}/styles" Target="styles.xml"/><Relationship Id="rI" Type="${RELATIONS}/image" Target="http://127.0.0.1:9/remote.png" TargetMode="External"/></Relationships>`,
  },
  {
    name: 'word/document.xml',
    data: `<?xml version="1.0" encoding="UTF-8"?>${doctype}<w:document xmlns:w="${WORD}" xmlns:r="${RELATIONS}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>${body}</w:body></w:document>`,
  },
]

export const makeDocx = (body: string, doctype = ''): Buffer => makeZip(docxFiles(body, doctype))

/** A picture that Word would fetch. */
export const REMOTE_IMAGE = `<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="remote picture"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:blipFill><a:blip r:link="rI"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`
