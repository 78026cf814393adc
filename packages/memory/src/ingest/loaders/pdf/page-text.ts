/** What pdf.js says of a run of text; marked content has no `str`. */
export interface PageItem {
  str?: string
  hasEOL?: boolean
  height?: number
  /** Scale, skew and place: the last number is the height above the page's lower edge. */
  transform?: number[]
}

/** A gap of this many line heights begins a paragraph. */
const GAP = 1.7

/** Lines of a page in the order they were drawn, with an empty line where the gap between two is wide. */
export const pageText = (items: PageItem[]): string => {
  let text = ''
  let lineAt: number | undefined
  for (const { str, hasEOL, height = 0, transform } of items) {
    if (str === undefined) continue
    const at = transform?.[5]
    if (str.trim() && at !== undefined) {
      if (text.endsWith('\n') && lineAt !== undefined && height > 0 && lineAt - at > GAP * height) text += '\n'
      lineAt = at
    }
    text += str
    if (hasEOL) text += '\n'
  }
  return text
    .replace(CONTROLS, '')
    .replace(/[ \t]+$/gm, '')
    .trim()
}

/** Broken fonts map glyphs to them. Tabs and line ends stay. */
const CONTROLS = /[^\P{Cc}\t\n]/gu
