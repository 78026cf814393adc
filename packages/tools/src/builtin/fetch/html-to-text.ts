/** What is not shown as text. */
const SKIPPED = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'select'])
const BLOCKS = new Set(
  'address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
)
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  laquo: '«',
  raquo: '»',
  copy: '©',
  euro: '€',
  middot: '·',
}

/**
 * The text of a web page, in one pass: blocks become lines, what is not text is left out, and so are addresses of links
 * and images.
 */
export const htmlToText = (html: string): { title: string; text: string } => {
  const lower = html.toLowerCase()
  const out: string[] = []
  let title = ''
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    const end = open < 0 ? html.length : open
    if (end > at) out.push(html.slice(at, end).replaceAll(/\s+/g, ' '))
    if (open < 0) break
    if (html.startsWith('<!--', open)) {
      at = past(html, '-->', open + 4)
      continue
    }
    const name = /^<\/?([a-z][a-z0-9]*)/.exec(lower.slice(open, open + 20))?.[1]
    if (!name) {
      // "a < b", or a declaration.
      if (/^<[!?/]/.test(lower.slice(open, open + 2))) at = past(html, '>', open)
      else {
        out.push('<')
        at = open + 1
      }
      continue
    }
    const isEnd = lower[open + 1] === '/'
    at = past(html, '>', open)
    if (!isEnd && (SKIPPED.has(name) || name === 'title')) {
      const close = lower.indexOf(`</${name}`, at)
      if (name === 'title' && !title) title = tidy(html.slice(at, close < 0 ? at : close))
      at = close < 0 ? html.length : past(html, '>', close)
    } else if (BLOCKS.has(name)) out.push(name === 'li' && !isEnd ? '\n- ' : '\n')
    else if (name === 'td' || name === 'th') out.push(isEnd ? ' ' : '')
  }
  return { title, text: tidy(out.join('')) }
}

const past = (text: string, what: string, from: number): number => {
  const found = text.indexOf(what, from)
  return found < 0 ? text.length : found + what.length
}

const tidy = (text: string): string =>
  decode(text)
    .split('\n')
    .map((line) => line.replaceAll(/[^\S\n]+/g, ' ').trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()

const decode = (text: string): string =>
  text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi,
    (all, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
      return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? '\uFFFD' : String.fromCodePoint(code)
    },
  )
