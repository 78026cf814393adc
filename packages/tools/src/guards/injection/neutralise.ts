import { isAllowedHost } from './allowed-host.ts'

/** What was taken out of a text, by rule. */
export type Neutralised = { text: string; found: Map<string, number> }

/** CSI, OSC and the like, of seven and eight bits. */
const ANSI =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001B\[|\u009B)[0-?]{0,64}[ -/]{0,8}[@-~]?|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C]{0,4096}(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]{0,4}[0-~]?/g
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g
const BIDI = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
/** Seen by a model, and by no person: tags spell whole sentences. */
const INVISIBLE =
  /[\u00AD\u115F\u1160\u180E\u200B\u2060-\u2065\u206A-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|\u034F|[\u{E0000}-\u{E0FFF}]/gu
/** Joiners mean something between letters of some scripts and in emoji, and nothing in Latin ones. */
const JOINERS =
  /(?<!\uFE0F|[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Extended_Pictographic}\u{1F3FB}-\u{1F3FF}])(?:\u200C|\u200D)/gu

const HTML_COMMENT = /<!--[\s\S]{0,20000}?(?:-->|$)/g
const HTML_MUTE =
  /<(script|style|template|noscript|head|title|iframe|object|svg)\b[^>]{0,2000}>[\s\S]{0,50000}?(?:<\/\1\s*>|$)/gi
const HIDING =
  /\shidden(?=[\s=/>])|aria-hidden\s*=\s*["']?true|display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])|font-size\s*:\s*0(?![.\d]*[1-9])|(?:max-)?(?:height|width)\s*:\s*0(?![.\d]*[1-9])|(?:left|top|text-indent)\s*:\s*-\d{3,}|clip(?:-path)?\s*:\s*(?:rect\(0|inset\(100%)|color\s*:\s*(?:transparent|rgba\([^)]{0,40},\s*0\s*\))|color\s*:\s*(?:white|#fff(?:fff)?)\b/i
const OPENING = /<([a-z][a-z0-9]{0,20})\b([^>]{0,2000})>/gi

const MARKDOWN_IMAGE = /!\[([^\]\n]{0,500})\](?:\(\s*<?([^\s)>]{0,4000})>?[^)\n]{0,500}\)|\[[^\]\n]{0,200}\]|(?!\())/g
const HTML_IMAGE = /<(?:img|image|picture|source|video|audio|embed|track|input)\b[^>]{0,4000}>/gi

export interface NeutraliseOptions {
  /** Hosts whose images stay: a name, or `*.name`. */
  imageHosts: readonly string[]
}

/**
 * Takes out of a foreign text what a model reads and a person does not see (escapes of terminals, invisible and
 * direction characters, hidden HTML), and images that would be fetched from elsewhere, whose addresses carry data away.
 */
export const neutralise = (text: string, { imageHosts }: NeutraliseOptions): Neutralised => {
  const found = new Map<string, number>()
  const count = (rule: string): void => void found.set(rule, (found.get(rule) ?? 0) + 1)
  let current = text
  const take = (rule: string, pattern: RegExp, instead = ''): void => {
    current = current.replace(pattern, () => {
      count(rule)
      return instead
    })
  }
  if (HAS_ODD.test(current)) {
    take('ansi', ANSI)
    take('control', CONTROLS)
    take('bidi', BIDI)
    take('invisible', INVISIBLE)
    take('invisible', JOINERS)
  }
  if (current.includes('<')) {
    take('hidden-html', HTML_COMMENT)
    take('hidden-html', HTML_MUTE)
    current = withoutHidden(current, () => count('hidden-html'))
    take('html-image', HTML_IMAGE, '[image removed]')
  }
  if (current.includes('![')) current = withoutImages(current, imageHosts, () => count('markdown-image'))
  return { text: current, found }
}

/** Beyond what an English text consists of. */
const HAS_ODD = /[^\t\n\r -~]/

/** Images of other hosts; of those that stand below, which are not known here, only the link stays. */
export const withoutImages = (text: string, imageHosts: readonly string[], onFound: () => void): string =>
  text.replace(MARKDOWN_IMAGE, (image, alt: string, url: string | undefined) => {
    if (url !== undefined && isAllowedHost(url, imageHosts)) return image
    onFound()
    return url === undefined ? image.slice(1) : `[image removed${alt ? `: ${alt}` : ''}]`
  })

/** Elements that no person sees, with all that stands in them. */
const withoutHidden = (text: string, onFound: () => void): string => {
  let out = ''
  let at = 0
  for (const match of text.matchAll(OPENING)) {
    const [whole, name = '', attributes = ''] = match
    if (match.index < at || !HIDING.test(` ${attributes}>`)) continue
    onFound()
    out += text.slice(at, match.index)
    at = endOf(text, name.toLowerCase(), match.index + whole.length)
  }
  return out + text.slice(at)
}

const VOID = new Set([
  'img',
  'br',
  'hr',
  'input',
  'meta',
  'link',
  'area',
  'base',
  'col',
  'embed',
  'source',
  'track',
  'wbr',
])

/** Behind the end tag that belongs to an element; the end of the text when there is none. */
const endOf = (text: string, name: string, from: number): number => {
  if (VOID.has(name)) return from
  const tags = new RegExp(`<(/?)${name}\\b[^>]{0,2000}>`, 'gi')
  tags.lastIndex = from
  let depth = 1
  for (let match = tags.exec(text); match; match = tags.exec(text)) {
    depth += match[1] ? -1 : 1
    if (depth === 0) return tags.lastIndex
  }
  return text.length
}
