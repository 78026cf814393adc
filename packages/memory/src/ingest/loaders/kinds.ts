import { basename, extname } from 'node:path'

/** How a file is read. One of these is one loader. */
export type DocumentKind = 'markdown' | 'text' | 'code' | 'html' | 'pdf' | 'docx' | 'csv' | 'json'

/** Those cut here as they are. */
export type PlainKind = 'markdown' | 'text'

/** Those read by a parser, in a process of its own. */
export type ParsedKind = Exclude<DocumentKind, PlainKind>

const ENDINGS: { [kind in DocumentKind]: string } = {
  markdown: '.md .markdown',
  text: '.txt',
  html: '.html .htm .xhtml',
  pdf: '.pdf',
  docx: '.docx',
  csv: '.csv .tsv',
  json: '.json .jsonl .ndjson',
  code: `.ts .tsx .mts .cts .js .jsx .mjs .cjs .py .go .rs .java .c .h .cpp .cc .hpp .cs .rb .php .swift .kt .kts .scala .dart
         .lua .sh .bash .zsh .ps1 .sql .css .scss .less .yaml .yml .toml .ini .proto .graphql .vue .svelte`,
}

const KINDS = new Map(
  Object.entries(ENDINGS).flatMap(([kind, endings]) =>
    endings.split(/\s+/).map((ending) => [ending, kind as DocumentKind] as const),
  ),
)

/** What a name must end with to be read, the kinds people write first. */
export const DOCUMENT_ENDINGS: readonly string[] = [...KINDS.keys()]

/** Made by tools, not written by people: as knowledge they only crowd out what is. */
const GENERATED = /^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|.*\.min\.(?:js|css))$/i

/** Undefined for a file that is not read. */
export const kindOf = (path: string): DocumentKind | undefined => KINDS.get(extname(path).toLowerCase())

/** Whether a walk through a folder takes the file; one that is named itself is always taken. */
export const isGenerated = (path: string): boolean => GENERATED.test(basename(path))

export const isParsed = (kind: DocumentKind): kind is ParsedKind => kind !== 'markdown' && kind !== 'text'

/** Whether chunk offsets count in the text it was converted to, not in the file. */
export const isConverted = (kind: DocumentKind): boolean => isParsed(kind) && kind !== 'code'
